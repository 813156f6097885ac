"""What a municipality sets for itself, and which terms the law leaves to it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from cocreate.domain import errors
from cocreate.domain.moment import Moment
from cocreate.domain.municipality import Municipality, RegisterMunicipality
from cocreate.domain.own_settings import ChangeSettings, OrdinanceTerm, OwnSettings, Theme
from cocreate.domain.project import Project
from cocreate.domain.statutory_terms import AtwApplies, Length, Term, TermUnit
from cocreate.domain.steps.approvals import ApprovalRequested, RequestApproval
from cocreate.domain.steps.course import StartProject
from cocreate.domain.vocabulary import ApprovalKind, Initiative, Procedure, Sector

DAY = date(2025, 3, 3)
MOMENT = Moment(now=datetime(2025, 6, 10, 12, tzinfo=UTC))


@pytest.fixture
def delft() -> Municipality:
    return Municipality.register(
        RegisterMunicipality(occurred_on=DAY, code="GM0503", name="Delft"), MOMENT
    )


def term(procedure: Procedure = Procedure.AWB_REASONABLE, **said: Any) -> OrdinanceTerm:
    given = {"weeks": 4, "ordinance": "APV 1:2", "valid_from": date(2025, 4, 1), **said}
    return OrdinanceTerm(procedure=procedure, **given)


def settings(**said: Any) -> ChangeSettings:
    return ChangeSettings(occurred_on=DAY, **said)


def test_a_municipality_begins_with_the_settings_of_everyone(delft: Municipality) -> None:
    assert delft.settings == OwnSettings(
        languages=("nl", "en"), public_portal=True, retention_years=None, theme=Theme(), terms=()
    )
    assert delft.rules().terms == ()


def test_settings_are_set_anew_as_a_whole(delft: Municipality) -> None:
    delft.change_settings(
        settings(
            languages=("en",),
            public_portal=False,
            retention_years=20,
            theme=Theme(primary_colour="#154273"),
        ),
        MOMENT,
    )
    assert delft.settings.languages == ("en",)
    assert not delft.settings.public_portal
    delft.change_settings(settings(retention_years=10), MOMENT)
    assert delft.settings == OwnSettings(retention_years=10)


@pytest.mark.parametrize("procedure", sorted(set(Procedure) - {Procedure.AWB_REASONABLE}))
def test_no_ordinance_departs_from_a_term_of_an_act(
    delft: Municipality, procedure: Procedure
) -> None:
    with pytest.raises(errors.TermSetByLaw):
        delft.change_settings(settings(terms=(term(procedure),)), MOMENT)
    assert delft.settings == OwnSettings()


def test_what_is_named_twice_is_refused(delft: Municipality) -> None:
    for said in ({"languages": ("nl", "nl")}, {"terms": (term(), term(weeks=5))}):
        with pytest.raises(errors.RepeatedReference):
            delft.change_settings(settings(**said), MOMENT)
    delft.change_settings(settings(terms=(term(), term(valid_from=date(2026, 1, 1)))), MOMENT)
    with pytest.raises(errors.DateTooFar):
        delft.change_settings(settings(terms=(term(valid_from=date(2200, 1, 1)),)), MOMENT)


@pytest.mark.parametrize(
    ("requested_on", "weeks", "ground"),
    [(date(2025, 3, 31), 8, "Awb 4:13"), (date(2025, 4, 1), 4, "APV 1:2")],
)
def test_a_term_by_ordinance_holds_from_its_first_day_on(
    delft: Municipality, requested_on: date, weeks: int, ground: str
) -> None:
    delft.change_settings(settings(terms=(term(extension_weeks=2, atw=True),)), MOMENT)
    moment = msgspec.structs.replace(MOMENT, rules=delft.rules())
    start = StartProject(
        occurred_on=DAY,
        title="Lampen",
        sector=Sector.SAFETY,
        initiative=Initiative.RESIDENTS,
        department="Openbare ruimte",
    )
    project = Project.start(uuid4(), start, moment)
    request = RequestApproval(
        occurred_on=requested_on,
        kind=ApprovalKind.PERMIT,
        title="Vergunning",
        authority="College",
        procedure=Procedure.AWB_REASONABLE,
    )
    project.take([request], moment)
    requested = project.pending_events[-1]
    assert isinstance(requested, ApprovalRequested)
    found = requested.term
    assert found is not None
    assert (found.amount, found.ground) == (weeks, ground)
    if ground == "APV 1:2":
        assert found == Term(
            amount=4,
            unit=TermUnit.WEEKS,
            extension=Length(2, TermUnit.WEEKS),
            atw=AtwApplies.DECLARED,
            ground="APV 1:2",
            valid_from=date(2025, 4, 1),
        )


@pytest.mark.parametrize(
    "said",
    [
        {"theme": {"primaryColour": "red"}},
        {"theme": {"primaryColour": "#15427G"}},
        {"theme": {"logo": "http://example.nl/logo.svg"}},
        {"theme": {"logo": 'https://example.nl/"onload=x'}},
        {"theme": {"logo": "javascript:alert(1)"}},
        {"theme": {"font": "Comic Sans"}},
        {"languages": []},
        {"languages": ["de"]},
        {"retentionYears": 0},
    ],
)
def test_what_cannot_stand_in_a_page_is_no_setting(said: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"occurredOn": "2025-03-03", **said}, ChangeSettings)
