"""What stands in the way: how much, for how long, where, and whether it grows."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from cocreate.projections.obstacles import Month, ObstacleDashboard, ObstacleFilter
from cocreate.web.dashboards.asked import Asking
from cocreate.web.dashboards.figures import Bars, Course, Courses, Figure, Number, Row, Totals

MOST = 12
"""How many courses are drawn side by side."""


class Per(StrEnum):
    """What each of the small pictures is about."""

    SECTOR = "sector"
    DEPARTMENT = "department"


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """How the small pictures are divided."""

    per: Annotated[Per, Meta(description="What each small picture is about.")] = Per.SECTOR


async def figures(asking: Asking, narrow: ObstacleFilter, side: Side) -> Sequence[Figure]:
    """Give the figures about obstacles."""
    found = await asking.dashboard("obstacle-dashboard", narrow, ObstacleDashboard)
    return [
        _totals(asking, found, narrow),
        _by_category(asking, found, narrow),
        _by_department(asking, found, narrow),
        await _courses(asking, found, narrow, side),
    ]


def _totals(asking: Asking, found: ObstacleDashboard, narrow: ObstacleFilter) -> Totals:
    say = asking.say
    counted = [
        Row(say(f"obstacles-{status}"), [asking.number(count, "obstacles", narrow, status=status)])
        for status, count in (
            ("open", found.open),
            ("accepted", found.accepted),
            ("resolved", found.resolved),
        )
    ]
    took = [
        Row(say("obstacles-median-open"), [Number(found.open_days.median)]),
        Row(say("obstacles-median-resolved"), [Number(found.resolved_days.median)]),
    ]
    return Totals(say("figure-totals"), [*counted, *took])


def _by_category(asking: Asking, found: ObstacleDashboard, narrow: ObstacleFilter) -> Bars:
    rows = [
        Row(
            asking.word(each.category),
            [
                *_by_status(asking, each.open, each.accepted, each.resolved, narrow, each.category),
                Number(each.median_days),
                Number(each.p90_days),
            ],
        )
        for each in found.by_category
    ]
    say = asking.say
    return Bars(
        say("obstacles-by-category"),
        say("what-kind"),
        _statuses(asking),
        [say("median-days"), say("p90-days")],
        rows,
    )


def _by_department(asking: Asking, found: ObstacleDashboard, narrow: ObstacleFilter) -> Bars:
    rows = []
    for each in found.by_department:
        counts = (each.open, each.accepted, each.resolved)
        if each.department is None:
            numbers = [Number(count) for count in counts]  # no filter asks for none
        else:
            within = msgspec.structs.replace(narrow, department=each.department)
            numbers = [
                asking.number(count, "obstacles", within, status=status)
                for status, count in zip(("open", "accepted", "resolved"), counts, strict=True)
            ]
        label = each.department or asking.say("none-named")
        rows.append(Row(label, [*numbers, Number(each.median_days)]))
    say = asking.say
    return Bars(
        say("obstacles-by-department"),
        say("department"),
        _statuses(asking),
        [say("median-days")],
        rows,
    )


def _by_status(
    asking: Asking, opened: int, accepted: int, resolved: int, narrow: ObstacleFilter, of: str
) -> list[Number]:
    counts = {"open": opened, "accepted": accepted, "resolved": resolved}
    return [
        asking.number(count, "obstacles", narrow, category=of, status=status)
        for status, count in counts.items()
    ]


def _statuses(asking: Asking) -> list[str]:
    return [asking.say(f"obstacles-{status}") for status in ("open", "accepted", "resolved")]


async def _courses(
    asking: Asking, found: ObstacleDashboard, narrow: ObstacleFilter, side: Side
) -> Courses:
    """Give how many stood open at the end of each month, for each sector or department."""
    parts: list[tuple[str, ObstacleFilter]]
    if side.per is Per.SECTOR:
        parts = [
            (asking.word(each.sector), msgspec.structs.replace(narrow, sector=each.sector))
            for each in found.by_sector
        ]
    else:
        parts = [
            (each.department, msgspec.structs.replace(narrow, department=each.department))
            for each in found.by_department
            if each.department is not None
        ]
    months = [month.month for month in found.trend]
    shown = [_course(asking.say("all-together"), found.trend, months, None)]
    found_of = await asyncio.gather(
        *(
            asking.dashboard("obstacle-dashboard", within, ObstacleDashboard)
            for _, within in parts[:MOST]
        )
    )
    for (name, within), part in zip(parts, found_of, strict=False):
        href = asking.rows("obstacles", within)
        shown.append(_course(name, part.trend, months, href))
    title = asking.say(f"obstacles-course-{side.per}")
    return Courses(title, months, shown)


def _course(label: str, trend: Sequence[Month], months: Sequence[str], href: str | None) -> Course:
    at = {month.month: month.open for month in trend}
    return Course(label, [at.get(month, 0) for month in months], href)
