"""How long it takes to get permission, as distributions: a median hides the long wait."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from cocreate.domain.glossary import label as glossary_label
from cocreate.domain.vocabulary import ApprovalKind
from cocreate.projections.approvals import ApprovalBoard, ApprovalCount, ApprovalFilter
from cocreate.web.dashboards.asked import Asking
from cocreate.web.dashboards.figures import (
    Bars,
    Distribution,
    Distributions,
    Figure,
    Number,
    Row,
    Totals,
)

MOST = 12
"""How many distributions are drawn side by side."""
CLASSES = ("week", "two-weeks", "four-weeks", "eight-weeks", "sixteen-weeks", "longer")


class Per(StrEnum):
    """What each of the small pictures is about."""

    AUTHORITY = "authority"
    KIND = "kind"
    DEPARTMENT = "department"


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """How the small pictures are divided."""

    per: Annotated[Per, Meta(description="What each small picture is about.")] = Per.AUTHORITY


async def figures(asking: Asking, narrow: ApprovalFilter, side: Side) -> Sequence[Figure]:
    """Give the figures about lead times."""
    found = await asking.dashboard("approval-board", narrow, ApprovalBoard)
    say = asking.say
    counted = {
        "pending": asking.number(found.all.pending, "approvals", narrow, status="pending"),
        "suspended": asking.number(found.all.suspended, "approvals", narrow, status="suspended"),
        "overdue": asking.number(found.all.overdue, "approvals", narrow, overdue=True),
        "decided": Number(found.all.decided),
        "decided-late": Number(found.all.decided_late),
    }
    by = {
        Per.AUTHORITY: found.by_authority,
        Per.KIND: found.by_kind,
        Per.DEPARTMENT: found.by_department,
    }[side.per]
    return [
        Totals(
            say("figure-totals"),
            [Row(say(f"lead-times-{name}"), [number]) for name, number in counted.items()],
        ),
        Distributions(
            say(f"lead-times-per-{side.per}"),
            [say(f"within-{each}") for each in CLASSES],
            [
                _distribution(say("all-together"), found.all, asking.rows("approvals", narrow)),
                *_side_by_side(asking, by, narrow, side),
            ],
        ),
        _waiting(asking, by, narrow, side),
    ]


def _side_by_side(
    asking: Asking, by: Sequence[ApprovalCount], narrow: ApprovalFilter, side: Side
) -> Iterable[Distribution]:
    decided = [each for each in by if each.lead_days.decided]
    decided.sort(key=lambda each: -each.lead_days.decided)
    for each in decided[:MOST]:
        yield _distribution(_name(asking, each, side), each, _rows(asking, each, narrow, side))


def _distribution(name: str, count: ApprovalCount, href: str | None) -> Distribution:
    times = count.lead_days
    counts = (
        times.within_week,
        times.within_two_weeks,
        times.within_four_weeks,
        times.within_eight_weeks,
        times.within_sixteen_weeks,
        times.longer,
    )
    return Distribution(name, counts, times.median, times.p90, href)


def _waiting(
    asking: Asking, by: Sequence[ApprovalCount], narrow: ApprovalFilter, side: Side
) -> Bars:
    say = asking.say
    rows = [
        Row(
            _name(asking, each, side),
            [
                Number(each.pending, _rows(asking, each, narrow, side, status="pending")),
                Number(each.suspended, _rows(asking, each, narrow, side, status="suspended")),
                Number(each.overdue, _rows(asking, each, narrow, side, overdue=True)),
            ],
        )
        for each in by
        if each.pending or each.suspended
    ]
    return Bars(
        say("lead-times-waiting"),
        say(f"per-{side.per}"),
        [say("lead-times-pending"), say("lead-times-suspended")],
        [say("lead-times-overdue")],
        rows,
    )


def _name(asking: Asking, count: ApprovalCount, side: Side) -> str:
    if count.code is None:
        return asking.say("none-named")
    if side.per is Per.KIND:
        return glossary_label(ApprovalKind(count.code), asking.reader.language)
    return count.code


def _rows(
    asking: Asking, count: ApprovalCount, narrow: ApprovalFilter, side: Side, **further: object
) -> str | None:
    if count.code is None:
        return None
    return asking.rows("approvals", narrow, **{side.per: count.code}, **further)
