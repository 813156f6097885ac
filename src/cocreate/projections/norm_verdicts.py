"""The verdict on a check of a norm, as of a day; the database judges many at once by the same rule.

A check is

- **met** when it was done, and in time;
- **not met** when it was done late, or not done while its day is past, or while the project that
  should have done it is closed;
- **not yet** while it may still be done in time.

A norm of a project is not met when one of its checks is not, not yet when one is not yet, met when
all are, and not applicable where there is nothing to check. Thresholds that a municipality adopted
(a pack of norms) hold for what arose while they were in force, beside what the law sets.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from cocreate.domain.vocabulary import Norm, Verdict
from cocreate.projections.accounts.account import NormPack
from cocreate.projections.norm_rules import Check


def judge(
    check: Check, *, threshold: int | None, closed_on: date | None, today: date
) -> tuple[Verdict, date | None]:
    """Give the verdict on a check as of a day, and the last day on which it could be met.

    ``threshold`` are the days that the municipality gave itself from when the check arose.
    """
    own = None if threshold is None else check.since + timedelta(days=threshold)
    days = [day for day in (check.due_on, own) if day is not None]
    due_on = min(days, default=None)
    if check.failed:
        return Verdict.NOT_MET, due_on
    if check.done_on is not None:
        in_time = due_on is None or check.done_on <= due_on
        return (Verdict.MET if in_time else Verdict.NOT_MET), due_on
    lapsed = check.lapses and closed_on is not None and closed_on <= today
    if lapsed or (due_on is not None and due_on < today):
        return Verdict.NOT_MET, due_on
    return Verdict.NOT_YET, due_on


def threshold_of(packs: Sequence[NormPack], norm: Norm, since: date) -> int | None:
    """Give the days that hold for what arose on a day: by the pack that was in force then."""
    in_force = [pack for pack in packs if pack.valid_from <= since]
    if not in_force:
        return None
    pack = max(in_force, key=lambda each: (each.valid_from, each.position))
    return next((each.days for each in pack.thresholds if each.norm is norm), None)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Give what the checks of a norm come to together."""
    found = set(verdicts)
    for verdict in (Verdict.NOT_MET, Verdict.NOT_YET, Verdict.MET):
        if verdict in found:
            return verdict
    return Verdict.NOT_APPLICABLE
