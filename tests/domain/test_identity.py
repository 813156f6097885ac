"""Whom a municipality lets in: its issuers, its grants, and what it may not say of either."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from cocreate.domain import errors, identity
from cocreate.domain.identity import (
    IDENTITY_EVENTS,
    DistrustIssuer,
    GrantRole,
    RevokeGrant,
    RoleMapping,
    SetDuties,
    SigningAlgorithm,
    TrustIssuer,
)
from cocreate.domain.moment import Moment
from cocreate.domain.municipality import Municipality, RegisterMunicipality
from cocreate.domain.vocabulary import Role, Visibility

DAY = date(2025, 3, 3)
MOMENT = Moment(now=datetime(2025, 6, 10, 12, tzinfo=UTC))
ISSUER = "https://id.delft.example/realms/medewerkers"
ANNA = "sub-" + "a" * 32


@pytest.fixture
def delft() -> Municipality:
    step = RegisterMunicipality(occurred_on=DAY, code="GM0503", name="Delft")
    return Municipality.register(step, MOMENT)


def trusting(issuer: str = ISSUER, **changes: Any) -> TrustIssuer:
    said: dict[str, Any] = {
        "occurred_on": DAY,
        "issuer": issuer,
        "audience": "https://cocreate.example",
        "algorithms": (SigningAlgorithm.RS256,),
        "roles_claim": ("roles",),
        "roles": (RoleMapping(value="amb", role="official"),),
        **changes,
    }
    return TrustIssuer(**said)


def granting(**changes: Any) -> GrantRole:
    said = {"occurred_on": DAY, "issuer": ISSUER, "subject": ANNA, "role": "official", **changes}
    return GrantRole(**said)


def test_an_issuer_is_trusted_on_the_terms_that_were_set_last(delft: Municipality) -> None:
    delft.trust_issuer(trusting(), MOMENT)
    delft.trust_issuer(trusting(audience="https://anders.example"), MOMENT)
    assert delft.issuers[ISSUER].audience == "https://anders.example"
    assert delft.issuers[ISSUER].roles == (("amb", Role.OFFICIAL),)
    delft.distrust_issuer(DistrustIssuer(occurred_on=DAY, issuer=ISSUER), MOMENT)
    assert not delft.issuers


def test_what_is_said_of_identity_is_internal_whatever_is_asked(delft: Municipality) -> None:
    delft.trust_issuer(trusting(visibility=Visibility.PUBLIC), MOMENT)
    delft.set_duties(
        SetDuties(occurred_on=DAY, divided_for_keys=True, visibility=Visibility.PUBLIC), MOMENT
    )
    for event in list(delft.pending_events)[1:]:
        assert isinstance(event, IDENTITY_EVENTS)
        assert event.visibility is Visibility.INTERNAL
    assert delft.duties_divided_for_keys


@pytest.mark.parametrize(
    "issuer",
    [
        "https://naam@id.example",
        "https://naam:geheim@id.example",
        "https://id.example/?a=b",
        "https://id.example/#a",
        "https://id.example:0",
        "https://id.example:99999",
        "https://[id.example",
        "https:///pad",
        "https://\u0456d.example",
    ],
)
def test_an_issuer_is_an_address_that_discovery_can_start_at(
    delft: Municipality, issuer: str
) -> None:
    with pytest.raises(errors.UnfitIssuer):
        delft.trust_issuer(trusting(issuer), MOMENT)


def test_nothing_is_said_twice_in_the_terms_of_an_issuer(delft: Municipality) -> None:
    twice = RoleMapping(value="amb", role="official")
    for changes in ({"algorithms": (SigningAlgorithm.RS256,) * 2}, {"roles": (twice, twice)}):
        with pytest.raises(errors.RepeatedReference):
            delft.trust_issuer(trusting(**changes), MOMENT)
    both = (twice, RoleMapping(value="amb", role="clerk"))
    delft.trust_issuer(trusting(roles=both), MOMENT)
    assert dict(delft.issuers[ISSUER].roles) == {"amb": Role.CLERK}
    assert len(delft.issuers[ISSUER].roles) == 2


def test_a_role_is_granted_and_taken_back(delft: Municipality) -> None:
    delft.trust_issuer(trusting(), MOMENT)
    delft.grant_role(granting(projects=(UUID(int=1),)), MOMENT)
    [grant] = delft.grants.values()
    assert (grant.id, grant.role) == ("grant-3", Role.OFFICIAL)
    assert grant.projects == frozenset({UUID(int=1)})
    delft.revoke_grant(RevokeGrant(occurred_on=DAY, grant="grant-3"), MOMENT)
    assert not delft.grants
    with pytest.raises(errors.UnknownReference):
        delft.revoke_grant(RevokeGrant(occurred_on=DAY, grant="grant-3"), MOMENT)


def test_a_grant_is_for_a_person_or_a_group_of_its_issuer(delft: Municipality) -> None:
    delft.trust_issuer(trusting(), MOMENT)
    delft.grant_role(granting(grant="anna"), MOMENT)
    delft.grant_role(granting(grant="water", subject=None, group="/water"), MOMENT)
    anna, water = delft.grants["anna"], delft.grants["water"]
    boris = "sub-" + "b" * 32
    assert anna.is_for(ISSUER, ANNA, ())
    assert not anna.is_for(ISSUER, boris, ("/water",))
    assert not anna.is_for("https://elders.example", ANNA, ())
    assert water.is_for(ISSUER, boris, ("/vuur", "/water"))
    assert not water.is_for(ISSUER, boris, ("/Water",))
    assert not water.is_for("https://elders.example", boris, ("/water",))


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({"subject": None}, errors.GranteeUnclear),
        ({"group": "/water"}, errors.GranteeUnclear),
        ({"issuer": "https://elders.example"}, errors.UnknownReference),
        ({"role": "tenant-administrator", "projects": (UUID(int=1),)}, errors.RoleIsForAll),
        ({"projects": (UUID(int=1), UUID(int=1))}, errors.RepeatedReference),
        ({"grant": "anna"}, errors.IdTaken),
    ],
)
def test_a_grant_that_is_not_clear_is_refused(
    delft: Municipality, changes: dict[str, Any], broken: type[errors.RuleBroken]
) -> None:
    delft.trust_issuer(trusting(), MOMENT)
    delft.grant_role(granting(grant="anna"), MOMENT)
    with pytest.raises(broken):
        delft.grant_role(granting(**changes), MOMENT)


def test_there_are_bounds_to_issuers_and_grants(
    delft: Municipality, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "MAX_ISSUERS", 1)
    monkeypatch.setattr(identity, "MAX_GRANTS", 1)
    delft.trust_issuer(trusting(), MOMENT)
    delft.trust_issuer(trusting(), MOMENT)
    with pytest.raises(errors.TooMany):
        delft.trust_issuer(trusting("https://elders.example"), MOMENT)
    delft.grant_role(granting(), MOMENT)
    with pytest.raises(errors.TooMany):
        delft.grant_role(granting(), MOMENT)


def test_no_algorithm_is_trusted_for_which_a_secret_is_shared() -> None:
    assert {each.value[:2] for each in SigningAlgorithm} == {"RS", "PS", "ES", "Ed"}
