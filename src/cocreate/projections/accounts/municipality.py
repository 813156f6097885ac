"""What the rules of a municipality change in its own account."""

from __future__ import annotations

from cocreate.domain.municipality import (
    ComparisonDecided,
    MunicipalityRegistered,
    NormsAdopted,
)
from cocreate.projections.accounts.account import MunicipalityAccount, NormPack
from cocreate.projections.accounts.ledger import Accounts, on


@on(MunicipalityRegistered)
def registered(accounts: Accounts, event: MunicipalityRegistered) -> None:
    accounts.begin(
        MunicipalityAccount(
            id=event.code,
            title=event.name,
            since=event.occurred_on,
            position=accounts.recorded.position,
        )
    )


@on(NormsAdopted)
def norms_adopted(accounts: Accounts, event: NormsAdopted) -> None:
    if isinstance(municipality := accounts.project, MunicipalityAccount):
        municipality.norm_packs.append(
            NormPack(
                version=event.version,
                title=event.title,
                valid_from=event.valid_from,
                thresholds=event.thresholds,
                basis=event.basis,
                position=accounts.recorded.position,
            )
        )


@on(ComparisonDecided)
def comparison_decided(accounts: Accounts, event: ComparisonDecided) -> None:
    if isinstance(municipality := accounts.project, MunicipalityAccount):
        municipality.takes_part = event.takes_part
