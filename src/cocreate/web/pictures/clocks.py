"""The clock of an approval as a bar: the days that are gone, those that are left, those too many.

Each bar is as long as its own term and what went over it, so that what it shows is how much of the
term is gone. Days are days in the calendar, from the request on; which of them count is told where
the term is.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

import msgspec

from cocreate.projections.approvals import Approval

LENGTH = 100.0
"""How long a bar is."""


class ClockState(StrEnum):
    """How the clock of something that waits for an answer stands."""

    OVER = "over"
    """Past the last day."""
    SUSPENDED = "suspended"
    """It stands still."""
    RUNNING = "running"
    NONE = "none"
    """No last day is known."""


class Stretch(NamedTuple):
    """A part of the bar."""

    what: str
    """``gone``, ``left``, or ``over``."""
    start: float
    length: float


class Clock(msgspec.Struct, frozen=True):
    """A clock, in days."""

    state: ClockState
    gone: int
    """From the request to today."""
    left: int
    over: int

    @property
    def stretches(self) -> Sequence[Stretch]:
        """The parts of the bar, from its start to its end, none of them empty."""
        days = {"gone": self.gone - self.over, "left": self.left, "over": self.over}
        whole = sum(days.values())
        found: list[Stretch] = []
        start = 0.0
        for what, number in days.items():
            if number > 0:
                length = LENGTH * number / whole
                found.append(Stretch(what, round(start, 2), round(length, 2)))
                start += length
        return found


def clock_of(approval: Approval) -> Clock:
    """Give the clock of an approval that waits for an answer."""
    over, left = approval.days_late or 0, approval.days_left or 0
    if over:
        state = ClockState.OVER
    elif approval.suspended:
        state = ClockState.SUSPENDED
    elif approval.due_on is None:
        state = ClockState.NONE
    else:
        state = ClockState.RUNNING
    return Clock(state, approval.lead_days, left, over)
