"""How it went over the years, a small picture for each figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from cocreate.api.asking import rows_at
from cocreate.projections.statistics import StatisticsFilter, YearFigures
from cocreate.web.dashboards.asked import Asking
from cocreate.web.dashboards.figures import Course, Courses, Figure

MOST_YEARS: Final = 30

CHAPTERS: Final[Mapping[str, Sequence[str]]] = {
    "residents": (
        "wishes",
        "supporters",
        "sessions",
        "attended",
        "wishes_answered",
        "median_days_to_answer",
    ),
    "decisions": (
        "decisions",
        "adopted",
        "adopted_with_changes",
        "rejected",
        "deviations",
        "deviations_motivated",
        "deviations_fed_back",
    ),
    "going-on": (
        "approvals_requested",
        "approvals_late",
        "median_lead_days",
        "obstacles_raised",
        "obstacles_closed",
        "interventions_that_resolved",
    ),
    "promises": (
        "commitments_made",
        "commitments_kept",
        "commitments_kept_late",
        "commitments_broken",
    ),
}
"""The figures of a year, by what they are about."""


async def figures(asking: Asking, narrow: StatisticsFilter) -> Sequence[Figure]:
    """Give the figures of each year, the earliest first."""
    rows, _ = await rows_at("statistics", YearFigures, asking.known, narrow, None, MOST_YEARS)
    years = sorted(rows, key=lambda each: each.year)
    say = asking.say
    return [
        Courses(
            say(f"trends-{chapter}"),
            [str(each.year) for each in years],
            [
                Course(
                    say(f"trend-{name.replace('_', '-')}"), [getattr(each, name) for each in years]
                )
                for name in names
            ],
        )
        for chapter, names in CHAPTERS.items()
    ]
