"""Histories of projects with the mixture of steps that participation has, to fill logs with.

A few are told through the rules of the domain; a log is then filled with copies of them, since
the data of a step does not name its project.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import cast
from uuid import UUID, uuid4

import msgspec

from cocreate.domain.moment import Moment
from cocreate.domain.project import Project
from cocreate.domain.statutory_clock import Procedure
from cocreate.domain.steps.approvals import GrantApproval, RequestApproval
from cocreate.domain.steps.base import Event, Step
from cocreate.domain.steps.commitments import (
    FulfilCommitment,
    MakeCommitment,
    RecordReflection,
)
from cocreate.domain.steps.course import HoldSession, StartProject
from cocreate.domain.steps.decisions import (
    ContestDeviation,
    GiveAdvice,
    GiveFeedback,
    Grounds,
    RecordDecision,
    SubjectOutcome,
)
from cocreate.domain.steps.obstacles import (
    EscalateObstacle,
    JudgeIntervention,
    RaiseObstacle,
    ResolveObstacle,
    TryIntervention,
)
from cocreate.domain.steps.record import CorrectStep
from cocreate.domain.steps.wishes import (
    ExpressWish,
    JudgeRealisation,
    RealiseWish,
    SubmitProposal,
    SupportWish,
)
from cocreate.domain.vocabulary import (
    AdviceConclusion,
    ApprovalKind,
    Body,
    DeviationGround,
    FeedbackChannel,
    Initiative,
    InterventionKind,
    InterventionOutcome,
    ObstacleCategory,
    Outcome,
    ResidentsWord,
    Sector,
    WorkForm,
)
from cocreate.log.append import Appender, Command, Taken
from cocreate.log.append import Outcome as Appended
from cocreate.log.codec import AGGREGATE_EVENTS, Codec, Stored
from cocreate.log.connection import Pool

STORIES = 24
FIRST_DAY = date(2025, 1, 6)
WISHES = (2, 4, 8, 12, 25, 40)
"""How many wishes a project has: many are small, few are large."""
SUPPORTS = (0, 1, 3, 8, 20)
IN_FLIGHT = 20
"""How many projects are on their way into the log at once."""
TEXT = "Wij willen dat het hier ook in het donker veilig is voor wie loopt en fietst. " * 3


class Filled(msgspec.Struct):
    """What was put into the log of a municipality."""

    events: int = 0
    position: int = 0
    projects: list[UUID] = []


@cache
def stories() -> Sequence[Sequence[Stored]]:
    """Give the histories, each as the log stores it."""
    return [_story(number) for number in range(STORIES)]


async def fill(
    pool: Pool,
    shares: Mapping[str, float],
    events: int,
    *,
    least: int = 0,
    seed: int | None = None,
) -> Mapping[str, Filled]:
    """Fill the logs of municipalities with about so many events, shared out by weight.

    Before that, each of them gets the first steps of a project, ``least`` in all. The same seed
    shares out the same stories in the same way; without one, it is the number of events.
    """
    await pool.executemany(
        "select cocreate.register_municipality($1, $1)", [(code,) for code in shares]
    )
    appender = Appender(pool)
    generator = random.Random(events if seed is None else seed)  # noqa: S311 - the same log in every run
    told, codes, weights = stories(), list(shares), list(shares.values())
    filled = {code: Filled() for code in shares}
    going: set[asyncio.Task[None]] = set()

    async def copy(code: str, story: Sequence[Stored]) -> None:
        project = uuid4()
        outcome: Appended = await appender.append(
            code,
            Command(
                stream_id=project, expected=0, events=story, actor="bench", actor_role="official"
            ),
        )
        if not isinstance(outcome, Taken):
            raise TypeError(outcome)
        into = filled[code]
        into.projects.append(project)
        into.position = max(into.position, outcome.position)

    def chosen() -> Iterator[tuple[str, Sequence[Stored]]]:
        if least:
            yield from ((code, told[0][:least]) for code in codes)
        total = 0
        while total < events:
            [code] = generator.choices(codes, weights)
            story = generator.choice(told)
            total += len(story)
            yield code, story

    for code, story in chosen():
        filled[code].events += len(story)
        going.add(asyncio.create_task(copy(code, story)))
        if len(going) >= IN_FLIGHT:
            done, going = await asyncio.wait(going, return_when=asyncio.FIRST_COMPLETED)
            for each in done:
                each.result()
    await asyncio.gather(*going)
    return filled


def _story(number: int) -> Sequence[Stored]:
    generator = random.Random(number)  # noqa: S311 - the same stories in every run
    moment = Moment(now=datetime.now(UTC))
    project = Project.start(
        uuid4(),
        StartProject(
            occurred_on=_day(number),
            title=f"Traject {number}",
            sector=list(Sector)[number % len(Sector)],
            initiative=list(Initiative)[number % len(Initiative)],
            department=f"Afdeling {number % 5}",
            place=f"Wijk {number % 7}",
        ),
        moment,
    )
    for step in _steps(number, generator):
        project.take((step,), moment)
    codec = Codec(AGGREGATE_EVENTS)
    return [codec.encode(event) for event in cast("list[Event]", project.collect_events())]


def _day(number: int, after: int = 0) -> date:
    return FIRST_DAY + timedelta(days=7 * number + after)


def _steps(number: int, generator: random.Random) -> list[Step]:
    wishes = [f"w{each}" for each in range(WISHES[number % len(WISHES)])]
    proposals = [f"p{each}" for each in range((len(wishes) + 1) // 2)]
    return [
        *_wished(number, wishes, generator),
        *_proposed(number, wishes, proposals),
        *_hampered(number),
        *_decided(number, proposals),
        *_afterwards(number),
    ]


def _wished(number: int, wishes: Sequence[str], generator: random.Random) -> list[Step]:
    steps: list[Step] = [
        HoldSession(
            occurred_on=_day(number, 2),
            session="s",
            work_form=WorkForm.CONVERSATION,
            title="Gesprek in de wijk",
            attended=40,
        )
    ]
    for each, wish in enumerate(wishes):
        on = _day(number, 3 + each)
        steps.append(
            ExpressWish(
                occurred_on=on,
                wish=wish,
                title=f"Wens {each} van traject {number}",
                text=TEXT,
                place=f"Straat {each % 9}",
                theme=f"thema {each % 4}",
            )
        )
        steps += [SupportWish(occurred_on=on, wish=wish)] * generator.choice(SUPPORTS)
    return steps


def _proposed(number: int, wishes: Sequence[str], proposals: Sequence[str]) -> list[Step]:
    on = _day(number, 50)
    return [
        *(
            SubmitProposal(
                occurred_on=on,
                proposal=proposal,
                title=f"Plan {each}",
                text=TEXT,
                answers=tuple(wishes[2 * each : 2 * each + 2]),
            )
            for each, proposal in enumerate(proposals)
        ),
        GiveAdvice(
            occurred_on=on,
            advice="a",
            about=(proposals[0],),
            adviser="Omgevingsdienst",
            conclusion=AdviceConclusion.POSITIVE,
        ),
        RequestApproval(
            occurred_on=on,
            approval="t",
            kind=ApprovalKind.PERMIT,
            title="Omgevingsvergunning",
            authority="College",
            procedure=Procedure.OMGEVINGSWET_REGULAR,
            needed_for=(proposals[0],),
        ),
    ]


def _hampered(number: int) -> list[Step]:
    steps: list[Step] = []
    for each in range(number % 4):
        on = _day(number, 60 + each)
        obstacle, intervention = f"h{each}", f"i{each}"
        steps += [
            RaiseObstacle(
                occurred_on=on,
                obstacle=obstacle,
                category=list(ObstacleCategory)[(number + each) % len(ObstacleCategory)],
                title=f"Hobbel {each}",
                department=f"Afdeling {(number + each) % 5}",
                blocks=("p0",),
            ),
            EscalateObstacle(occurred_on=on, obstacle=obstacle, to="Wethouder"),
            TryIntervention(
                occurred_on=on,
                intervention=intervention,
                kind=list(InterventionKind)[(number + each) % len(InterventionKind)],
                title="Een proef",
                obstacles=(obstacle,),
            ),
            JudgeIntervention(
                occurred_on=on, intervention=intervention, outcome=InterventionOutcome.HELPED
            ),
        ]
        if each % 2 == 0:
            steps.append(ResolveObstacle(occurred_on=on, obstacle=obstacle, text="Opgelost."))
    return steps


def _decided(number: int, proposals: Sequence[str]) -> list[Step]:
    on = _day(number, 90)
    grounds = Grounds(ground=DeviationGround.BUDGET, motivation="Het geld is er dit jaar niet.")
    steps: list[Step] = [
        RecordDecision(
            occurred_on=on,
            decision="b",
            body=Body.COLLEGE,
            title="Besluit over de plannen",
            motivation="De plannen passen binnen de kaders.",
            outcomes=tuple(
                SubjectOutcome(
                    subject=proposal,
                    outcome=Outcome.REJECTED if each % 2 else Outcome.ADOPTED,
                    deviation=grounds if each % 2 else None,
                    deviation_id=f"d{each}" if each % 2 else None,
                )
                for each, proposal in enumerate(proposals)
            ),
            sent_on=on,
            open_to_objection=True,
        )
    ]
    if number % 2:
        steps.append(GrantApproval(occurred_on=on, approval="t"))
    if len(proposals) > 1 and number % 3 == 0:
        steps.append(ContestDeviation(occurred_on=on, deviation="d1", text="Dit klopt niet."))
    if number % 4:
        steps.append(
            GiveFeedback(
                occurred_on=on,
                feedback="f",
                about=("b",),
                channel=FeedbackChannel.LETTER,
                text="U vroeg, wij besloten.",
            )
        )
    return steps


def _afterwards(number: int) -> list[Step]:
    on = _day(number, 100)
    steps: list[Step] = [
        MakeCommitment(
            occurred_on=on,
            commitment="c",
            title="De lampen branden",
            by="Wethouder",
            to="De buurt",
            due_on=_day(number, 130),
            about=("w0",),
        ),
        RecordReflection(occurred_on=on, reflection="r", title="Les", text="Begin eerder."),
    ]
    if number % 2:
        steps.append(FulfilCommitment(occurred_on=on, commitment="c"))
        steps.append(RealiseWish(occurred_on=on, wish="w0", text="De lampen hangen."))
        steps.append(
            JudgeRealisation(occurred_on=on, wish="w0", word=list(ResidentsWord)[number % 4 // 2])
        )
    if number % 8 == 0:
        steps.append(
            CorrectStep(occurred_on=on, step=3, changes={"title": "Wens, verbeterd"}, reason="Fout")
        )
    return steps
