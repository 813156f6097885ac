"""Where decisions do not follow what residents wished: on which grounds, and what is owed."""

from __future__ import annotations

from collections.abc import Sequence

from cocreate.domain.vocabulary import Body, DeviationGround, Sector, Vocabulary
from cocreate.projections.deviations import DeviationCount, DeviationFilter, DeviationOverview
from cocreate.web.dashboards.asked import Asking
from cocreate.web.dashboards.figures import Bars, Figure, Number, Row, Totals


async def figures(asking: Asking, narrow: DeviationFilter) -> Sequence[Figure]:
    """Give the figures about deviations."""
    found = await asking.dashboard("deviation-overview", narrow, DeviationOverview)
    say = asking.say
    counted = {
        "total": asking.number(found.total, "deviations", narrow),
        "motivation-owed": asking.number(
            found.motivation_owed, "deviations", narrow, motivationOwed=True
        ),
        "feedback-owed": asking.number(
            found.feedback_owed, "deviations", narrow, feedbackOwed=True
        ),
        "contested": asking.number(found.contested, "deviations", narrow, contested=True),
        "settled": Number(found.settled),
        "median-to-feedback": Number(found.median_days_to_feedback),
    }
    return [
        Totals(
            say("figure-totals"),
            [Row(say(f"deviations-{name}"), [number]) for name, number in counted.items()],
        ),
        _bars(asking, "ground", DeviationGround, found.by_ground, narrow),
        _bars(asking, "body", Body, found.by_body, narrow),
        _bars(asking, "sector", Sector, found.by_sector, narrow),
    ]


def _bars(
    asking: Asking,
    by: str,
    words: type[Vocabulary],
    counts: Sequence[DeviationCount],
    narrow: DeviationFilter,
) -> Bars:
    say = asking.say
    rows = []
    for each in counts:
        name = asking.word(None if each.code is None else words(each.code))
        within = {} if each.code is None else {by: each.code}

        def number(count: int, within: dict[str, str] = within, **further: bool) -> Number:
            if not within:
                return Number(count)
            return asking.number(count, "deviations", narrow, **within, **further)

        rows.append(
            Row(
                name,
                [
                    number(each.total),
                    number(each.motivation_owed, motivationOwed=True),
                    number(each.feedback_owed, feedbackOwed=True),
                    number(each.contested, contested=True),
                    Number(each.median_days_to_feedback),
                ],
            )
        )
    return Bars(
        say(f"deviations-by-{by}"),
        say(f"per-{by}"),
        [say("deviations-total")],
        [
            say("deviations-motivation-owed"),
            say("deviations-feedback-owed"),
            say("deviations-contested"),
            say("deviations-median-to-feedback"),
        ],
        rows,
    )
