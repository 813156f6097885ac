from datetime import UTC, date, datetime
from typing import Any, cast

import pytest

from cocreate.domain import errors
from cocreate.domain.calendar import PUBLISHED_DECREE_DAYS, DayOffReason
from cocreate.domain.moment import Moment
from cocreate.domain.municipality import (
    DayOffDeclared,
    DeclareDayOff,
    Municipality,
    MunicipalityRegistered,
    RegisterMunicipality,
    SetVisibility,
    VisibilitySet,
    municipality_id,
)
from cocreate.domain.steps.base import Event
from cocreate.domain.vocabulary import Visibility

DAY = date(2025, 3, 3)
MOMENT = Moment(now=datetime(2025, 6, 10, 12, tzinfo=UTC))
TOO_SOON = date(2025, 6, 12)


@pytest.fixture
def delft() -> Municipality:
    return Municipality.register(register(), MOMENT)


def register(on: date = DAY) -> RegisterMunicipality:
    return RegisterMunicipality(occurred_on=on, code="GM0503", name="Delft")


def day_off(day: date, on: date = DAY) -> DeclareDayOff:
    return DeclareDayOff(occurred_on=on, day=day, publication="Stcrt. 2028, 1")


def by_default(noun: str, default: Visibility, on: date = DAY) -> SetVisibility:
    return SetVisibility(occurred_on=on, steps=noun, default=default)


def test_a_municipality_is_known_by_its_code(delft: Municipality) -> None:
    assert delft.id == municipality_id("GM0503")
    assert delft.id != municipality_id("GM0014")
    [registered] = delft.pending_events
    assert isinstance(registered, MunicipalityRegistered)
    assert registered.name == "Delft"


def test_a_municipality_starts_without_rules_of_its_own(delft: Municipality) -> None:
    rules = delft.rules()
    assert rules.visibility == {}
    assert rules.calendar.decree_days == PUBLISHED_DECREE_DAYS


def test_a_default_holds_until_another_is_set(delft: Municipality) -> None:
    delft.set_visibility(by_default("wishes", Visibility.INTERNAL), MOMENT)
    before = delft.rules()
    delft.set_visibility(by_default("wishes", Visibility.PUBLIC), MOMENT)
    assert before.visibility == {"wishes": Visibility.INTERNAL}
    assert delft.rules().visibility == {"wishes": Visibility.PUBLIC}


def test_a_default_is_for_steps_that_exist(delft: Municipality) -> None:
    with pytest.raises(errors.UnknownReference):
        delft.set_visibility(by_default("lampen", Visibility.PUBLIC), MOMENT)


def test_a_decree_day_is_off(delft: Municipality) -> None:
    delft.declare_day_off(day_off(date(2029, 5, 11)), MOMENT)
    off = delft.rules().calendar.day_off(date(2029, 5, 11))
    assert off is not None
    assert (off.reason, off.source) == (DayOffReason.DECREE_DAY, "Stcrt. 2028, 1")


def test_a_day_is_decreed_once(delft: Municipality) -> None:
    delft.declare_day_off(day_off(date(2029, 5, 11)), MOMENT)
    for day in (date(2029, 5, 11), *PUBLISHED_DECREE_DAYS):
        with pytest.raises(errors.IdTaken):
            delft.declare_day_off(day_off(day), MOMENT)


def test_nothing_happens_in_the_future(delft: Municipality) -> None:
    with pytest.raises(errors.OccurredInFuture):
        Municipality.register(register(TOO_SOON), MOMENT)
    with pytest.raises(errors.OccurredInFuture):
        delft.declare_day_off(day_off(date(2029, 5, 11), TOO_SOON), MOMENT)
    with pytest.raises(errors.OccurredInFuture):
        delft.set_visibility(by_default("wishes", Visibility.PUBLIC, TOO_SOON), MOMENT)


def test_what_is_set_for_the_log_is_internal_and_what_the_law_says_public(
    delft: Municipality,
) -> None:
    delft.set_visibility(by_default("wishes", Visibility.INTERNAL), MOMENT)
    delft.declare_day_off(day_off(date(2029, 5, 11)), MOMENT)
    told: list[Any] = list(delft.pending_events)
    assert [type(one).__name__ for one in told] == [
        MunicipalityRegistered.__name__,
        VisibilitySet.__name__,
        DayOffDeclared.__name__,
    ]
    assert [one.visibility for one in told] == ["public", "internal", "public"]


def test_replaying_gives_the_same_municipality(delft: Municipality) -> None:
    delft.set_visibility(by_default("wishes", Visibility.INTERNAL), MOMENT)
    delft.declare_day_off(day_off(date(2029, 5, 11)), MOMENT)
    again: Municipality | None = None
    for taken in cast("list[Event]", delft.collect_events()):
        again = cast("Municipality", taken.mutate(again))
    assert again == delft
