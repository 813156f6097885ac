from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import cast

from tests.domain.project.told import DAY, NOW
from tests.projections.accounts.kept import folded, known

from cocreate.domain.moment import Moment
from cocreate.domain.municipality import (
    AdoptNorms,
    DecideOnComparison,
    DeclareDayOff,
    Municipality,
    NormThreshold,
    RegisterMunicipality,
)
from cocreate.domain.steps.base import Event
from cocreate.domain.vocabulary import Body, Norm
from cocreate.projections.accounts import Accounts, MunicipalityAccount, decode, encode

MOMENT = Moment(now=NOW)
THRESHOLD = NormThreshold(norm=Norm.DEVIATIONS_FED_BACK, days=30)


def accounts_of_delft() -> Accounts:
    delft = Municipality.register(
        RegisterMunicipality(occurred_on=DAY, code="GM0503", name="Delft"), MOMENT
    )
    delft.adopt_norms(
        AdoptNorms(
            occurred_on=DAY,
            version="2025",
            title="Onze normen",
            valid_from=DAY,
            thresholds=(THRESHOLD,),
        ),
        MOMENT,
    )
    delft.declare_day_off(
        DeclareDayOff(occurred_on=DAY, day=DAY + timedelta(days=900), publication="Stcrt. 2028, 1"),
        MOMENT,
    )
    delft.decide_on_comparison(
        DecideOnComparison(occurred_on=DAY, takes_part=True, body=Body.COLLEGE), MOMENT
    )
    events = cast("Sequence[Event]", delft.pending_events)
    return folded(known(event, at) for at, event in enumerate(events, 1))


def test_a_municipality_keeps_the_rules_it_set_in_an_account_of_its_own() -> None:
    accounts = accounts_of_delft()
    municipality = accounts.project
    assert isinstance(municipality, MunicipalityAccount)
    assert (municipality.id, municipality.title) == ("GM0503", "Delft")
    assert municipality.takes_part
    [pack] = municipality.norm_packs
    assert (pack.version, pack.thresholds, pack.position) == ("2025", (THRESHOLD,), 2)
    assert decode(encode(municipality)) == municipality


def test_a_municipality_has_no_subjects() -> None:
    assert accounts_of_delft().subjects == {}
