"""What was tried against obstacles, and what helped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import msgspec

from cocreate.domain.vocabulary import ObstacleCategory
from cocreate.projections.interventions import InterventionFilter, InterventionMap, Tried
from cocreate.web.dashboards.asked import Asking
from cocreate.web.dashboards.figures import Bars, Figure, Number, Row, Totals


async def figures(asking: Asking, narrow: InterventionFilter) -> Sequence[Figure]:
    """Give the figures about interventions: a table for each kind of obstacle."""
    found = await asking.dashboard("intervention-map", narrow, InterventionMap)
    say = asking.say
    by_category: defaultdict[ObstacleCategory, list[Tried]] = defaultdict(list)
    for each in found.by_category:
        by_category[each.category].append(each)
    return [
        Totals(
            say("figure-totals"),
            [
                Row(
                    say("interventions-tried"),
                    [asking.number(found.tried, "interventions", narrow)],
                ),
                Row(say("interventions-resolved"), [Number(found.resolved)]),
            ],
        ),
        *(
            _against(asking, category, tried, narrow)
            for category, tried in sorted(
                by_category.items(), key=lambda item: -sum(each.tried for each in item[1])
            )
        ),
    ]


def _against(
    asking: Asking,
    category: ObstacleCategory,
    tried: Sequence[Tried],
    narrow: InterventionFilter,
) -> Bars:
    say = asking.say
    within = msgspec.structs.replace(narrow, category=category)
    rows = [
        Row(
            asking.word(each.kind),
            [
                Number(each.resolved),
                Number(each.helped),
                Number(each.tried - each.resolved - each.helped),
                asking.number(each.tried, "interventions", within, kind=each.kind),
                Number(each.median_days_to_resolve),
            ],
        )
        for each in tried
    ]
    return Bars(
        say("interventions-against", category=asking.word(category)),
        say("what-was-tried"),
        [
            say("interventions-resolved"),
            say("interventions-helped"),
            say("interventions-other"),
        ],
        [say("interventions-tried"), say("median-days-to-resolve")],
        rows,
    )
