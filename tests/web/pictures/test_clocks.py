"""A clock is drawn as it stands: its parts fill the bar, each as long as its days."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocreate.domain.statutory_clock import Procedure
from cocreate.domain.vocabulary import ApprovalKind, ApprovalStatus, Sector
from cocreate.projections.approvals import Approval
from cocreate.web.pictures.clocks import LENGTH, Clock, ClockState, clock_of

days = st.integers(0, 20_000)


def approval(
    due_on: date | None, *, late: int | None = None, left: int | None = None, suspended: bool
) -> Approval:
    return Approval(
        project=UUID(int=1),
        project_title="Traject",
        approval="a",
        kind=ApprovalKind.PERMIT,
        title="Vergunning",
        authority="Provincie",
        department=None,
        procedure=Procedure.AWB_REASONABLE,
        status=ApprovalStatus.PENDING,
        sector=Sector.SAFETY,
        needed_for=(),
        requested_on=date(2026, 1, 1),
        first_due_on=due_on,
        due_on=due_on,
        decided_on=None,
        withdrawn_on=None,
        lead_days=40,
        days_late=late,
        days_left=left,
        suspended=suspended,
        suspensions=0,
        extensions=0,
        notice_on=None,
        penalty_from=None,
        reference=None,
        source=None,
        position=1,
    )


DUE = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("asked", "state"),
    [
        (approval(DUE, left=19, suspended=False), ClockState.RUNNING),
        (approval(DUE, left=0, suspended=False), ClockState.RUNNING),
        (approval(DUE, late=3, suspended=False), ClockState.OVER),
        (approval(DUE, late=3, suspended=True), ClockState.OVER),
        (approval(DUE, left=19, suspended=True), ClockState.SUSPENDED),
        (approval(None, suspended=True), ClockState.SUSPENDED),
        (approval(None, suspended=False), ClockState.NONE),
    ],
)
def test_a_clock_runs_stands_still_is_over_or_has_no_end(
    asked: Approval, state: ClockState
) -> None:
    assert clock_of(asked).state is state


@given(term=days, left=days, over=days)
def test_the_parts_of_a_clock_fill_the_bar_each_as_long_as_its_days(
    term: int, left: int, over: int
) -> None:
    clock = Clock(ClockState.RUNNING, term + over, left, over)
    parts = {each.what: each for each in clock.stretches}
    whole = term + left + over
    assert parts.keys() == {
        what for what, number in (("gone", term), ("left", left), ("over", over)) if number
    }
    at = 0.0
    for what, number in (("gone", term), ("left", left), ("over", over)):
        if number:
            assert parts[what].start == pytest.approx(at, abs=0.01)
            assert parts[what].length == pytest.approx(LENGTH * number / whole, abs=0.01)
            at += LENGTH * number / whole
    assert at == pytest.approx(LENGTH if whole else 0)
