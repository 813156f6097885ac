from datetime import UTC, date, datetime
from typing import Any, cast

import msgspec
import pytest

from cocreate.domain import errors
from cocreate.domain.calendar import PUBLISHED_DECREE_DAYS, DayOffReason
from cocreate.domain.moment import Moment
from cocreate.domain.municipality import (
    NORMS_WITH_TERM,
    AdoptNorms,
    ComparisonDecided,
    DayOffDeclared,
    DecideOnComparison,
    DeclareDayOff,
    Municipality,
    MunicipalityRegistered,
    NormsAdopted,
    NormThreshold,
    RegisterMunicipality,
    SetVisibility,
    VisibilitySet,
    municipality_id,
)
from cocreate.domain.steps.base import Event
from cocreate.domain.vocabulary import Body, Norm, Visibility

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


def norms(version: str, valid_from: date, *, on: date = DAY, **days: int) -> AdoptNorms:
    """A pack; its thresholds by the name of the norm."""
    return AdoptNorms(
        occurred_on=on,
        version=version,
        title="Normen bij de participatieverordening",
        valid_from=valid_from,
        thresholds=tuple(NormThreshold(norm=Norm[norm], days=n) for norm, n in days.items()),
    )


def comparing(takes_part: bool, on: date = DAY, **more: Any) -> DecideOnComparison:
    return DecideOnComparison(occurred_on=on, takes_part=takes_part, body=Body.COLLEGE, **more)


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


def test_without_a_pack_no_thresholds_hold(delft: Municipality) -> None:
    assert delft.norms_on(DAY) == {}


def test_a_pack_holds_from_its_first_day_until_the_next(delft: Municipality) -> None:
    delft.adopt_norms(norms("1", date(2025, 1, 1), DEVIATIONS_FED_BACK=30), MOMENT)
    delft.adopt_norms(norms("2", date(2026, 1, 1), REFLECTION_HELD=90), MOMENT)
    assert delft.norms_on(date(2024, 12, 31)) == {}
    assert delft.norms_on(date(2025, 1, 1)) == {Norm.DEVIATIONS_FED_BACK: 30}
    assert delft.norms_on(date(2025, 12, 31)) == {Norm.DEVIATIONS_FED_BACK: 30}
    assert delft.norms_on(date(2026, 1, 1)) == {Norm.REFLECTION_HELD: 90}


def test_a_later_pack_does_not_move_what_arose_before_it(delft: Municipality) -> None:
    delft.adopt_norms(norms("2", date(2026, 1, 1), DEVIATIONS_FED_BACK=14), MOMENT)
    delft.adopt_norms(norms("1", date(2025, 1, 1), DEVIATIONS_FED_BACK=30), MOMENT)
    assert delft.norms_on(date(2025, 6, 1)) == {Norm.DEVIATIONS_FED_BACK: 30}
    assert delft.norms_on(date(2026, 6, 1)) == {Norm.DEVIATIONS_FED_BACK: 14}


def test_of_two_packs_with_the_same_first_day_the_later_adopted_holds(
    delft: Municipality,
) -> None:
    for version, days in (("b", 30), ("a", 14)):
        pack = norms(version, date(2025, 1, 1), DEVIATIONS_FED_BACK=days)
        delft.adopt_norms(pack, MOMENT)
    assert delft.norms_on(date(2025, 1, 1)) == {Norm.DEVIATIONS_FED_BACK: 14}


def test_an_empty_pack_ends_the_one_before_it(delft: Municipality) -> None:
    delft.adopt_norms(norms("1", date(2025, 1, 1), REFLECTION_HELD=90), MOMENT)
    delft.adopt_norms(norms("2", date(2025, 2, 1)), MOMENT)
    assert delft.norms_on(date(2025, 2, 1)) == {}


def test_a_version_of_the_norms_is_adopted_once(delft: Municipality) -> None:
    delft.adopt_norms(norms("1", date(2025, 1, 1)), MOMENT)
    with pytest.raises(errors.IdTaken):
        delft.adopt_norms(norms("1", date(2026, 1, 1)), MOMENT)


@pytest.mark.parametrize("norm", Norm)
def test_only_a_norm_that_knows_a_term_gets_a_threshold(delft: Municipality, norm: Norm) -> None:
    threshold = NormThreshold(norm=norm, days=30)
    pack = msgspec.structs.replace(norms("1", date(2025, 1, 1)), thresholds=(threshold,))
    if norm in NORMS_WITH_TERM:
        delft.adopt_norms(pack, MOMENT)
    else:
        with pytest.raises(errors.NormWithoutTerm) as refused:
            delft.adopt_norms(pack, MOMENT)
        assert norm.value in refused.value.detail("nl")


def test_a_pack_names_each_norm_once(delft: Municipality) -> None:
    threshold = NormThreshold(norm=Norm.REFLECTION_HELD, days=30)
    pack = msgspec.structs.replace(norms("1", date(2025, 1, 1)), thresholds=(threshold, threshold))
    with pytest.raises(errors.RepeatedReference):
        delft.adopt_norms(pack, MOMENT)


@pytest.mark.parametrize("days", [0, 3651])
def test_a_threshold_is_between_a_day_and_ten_years(days: int) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"norm": "reflection-held", "days": days}, NormThreshold)


def test_a_pack_holds_from_a_day_within_reach(delft: Municipality) -> None:
    with pytest.raises(errors.DateTooFar):
        delft.adopt_norms(norms("1", date(9025, 1, 1)), MOMENT)


def test_a_municipality_is_compared_only_by_its_last_decision(delft: Municipality) -> None:
    assert not delft.takes_part
    delft.decide_on_comparison(comparing(takes_part=True), MOMENT)
    assert delft.takes_part
    delft.decide_on_comparison(comparing(takes_part=False, motivation="Eerst zelf."), MOMENT)
    assert not delft.takes_part


def test_an_internal_decision_gives_no_consent(delft: Municipality) -> None:
    internal = comparing(takes_part=True, visibility=Visibility.INTERNAL)
    delft.decide_on_comparison(internal, MOMENT)
    assert not delft.takes_part


def test_nothing_happens_in_the_future(delft: Municipality) -> None:
    with pytest.raises(errors.OccurredInFuture):
        Municipality.register(register(TOO_SOON), MOMENT)
    with pytest.raises(errors.OccurredInFuture):
        delft.declare_day_off(day_off(date(2029, 5, 11), TOO_SOON), MOMENT)
    with pytest.raises(errors.OccurredInFuture):
        delft.set_visibility(by_default("wishes", Visibility.PUBLIC, TOO_SOON), MOMENT)
    with pytest.raises(errors.OccurredInFuture):
        delft.adopt_norms(norms("1", date(2025, 1, 1), on=TOO_SOON), MOMENT)
    with pytest.raises(errors.OccurredInFuture):
        delft.decide_on_comparison(comparing(takes_part=True, on=TOO_SOON), MOMENT)


def test_what_is_set_for_the_log_is_internal_and_what_the_law_says_public(
    delft: Municipality,
) -> None:
    delft.set_visibility(by_default("wishes", Visibility.INTERNAL), MOMENT)
    delft.declare_day_off(day_off(date(2029, 5, 11)), MOMENT)
    delft.adopt_norms(norms("1", date(2025, 1, 1)), MOMENT)
    delft.decide_on_comparison(comparing(takes_part=True), MOMENT)
    told: list[Any] = list(delft.pending_events)
    assert [type(one).__name__ for one in told] == [
        MunicipalityRegistered.__name__,
        VisibilitySet.__name__,
        DayOffDeclared.__name__,
        NormsAdopted.__name__,
        ComparisonDecided.__name__,
    ]
    assert [one.visibility for one in told] == [
        "public",
        "internal",
        "public",
        "public",
        "public",
    ]


def test_replaying_gives_the_same_municipality(delft: Municipality) -> None:
    delft.set_visibility(by_default("wishes", Visibility.INTERNAL), MOMENT)
    delft.declare_day_off(day_off(date(2029, 5, 11)), MOMENT)
    delft.adopt_norms(norms("1", date(2025, 1, 1), REFLECTION_HELD=90), MOMENT)
    delft.decide_on_comparison(comparing(takes_part=True), MOMENT)
    again: Municipality | None = None
    for taken in cast("list[Event]", delft.collect_events()):
        again = cast("Municipality", taken.mutate(again))
    assert again == delft
