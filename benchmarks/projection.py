"""Projecting: events a second into each read model, live and rebuilt, on one core."""

from __future__ import annotations

import asyncio
from datetime import date
from time import perf_counter
from uuid import UUID

from cocreate.projections.install import MODELS

from benchmarks.measure import Figure, Round, figure
from cocreate.domain.municipality import RegisterMunicipality
from cocreate.domain.steps.base import Step
from cocreate.domain.steps.course import StartProject
from cocreate.domain.steps.decisions import (
    GiveFeedback,
    Grounds,
    RecordDecision,
    SubjectOutcome,
)
from cocreate.domain.steps.obstacles import RaiseObstacle, ResolveObstacle
from cocreate.domain.steps.wishes import ExpressWish, SubmitProposal, SupportWish
from cocreate.domain.vocabulary import (
    Body,
    DeviationGround,
    FeedbackChannel,
    Initiative,
    ObstacleCategory,
    Outcome,
    Sector,
)
from cocreate.log.append import Appender
from cocreate.log.connection import open_pool
from cocreate.log.live import LiveProjects, Sender
from cocreate.postgres import EmbeddedServer
from cocreate.projections.engine import Engine

TENANT = "GM9001"
PROJECTS = 40
ON = date(2026, 3, 2)
GOALS = {"live": 20_000.0, "rebuild": 60_000.0}
SENDER = Sender(actor="bench", actor_role="official")


async def measure_projection(server: EmbeddedServer, *, rounds: int) -> list[Figure]:
    """Give the figures of projecting."""
    pool = await open_pool(server.dsn(), "cocreate_app")
    projecting = await open_pool(server.dsn(), "cocreate_projector")
    try:
        live = LiveProjects(pool, Appender(pool))
        await live.register(RegisterMunicipality(occurred_on=ON, code=TENANT, name="Maat"), SENDER)
        engine = Engine(projecting, MODELS)
        rates: dict[tuple[str, str], list[Round]] = {}
        for number in range(rounds):
            added = await _write(live, number)
            for model in MODELS:
                began = perf_counter()
                while await engine.advance(model, TENANT):
                    pass
                live_rate = added / (perf_counter() - began)
                rates.setdefault((model.NAME, "live"), []).append(Round(live_rate, ()))
                began = perf_counter()
                count = await engine.rebuild(model, TENANT)
                rebuild_rate = count / (perf_counter() - began)
                rates.setdefault((model.NAME, "rebuild"), []).append(Round(rebuild_rate, ()))
        await live.close()
        return [
            figure(f"projection {kind}, {name}", each, None, unit="events/s", goal=GOALS[kind])
            for (name, kind), each in rates.items()
        ]
    finally:
        await projecting.close()
        await pool.close()


async def _write(live: LiveProjects, number: int) -> int:
    """Write projects with the mixture of steps that participation has: mostly support."""
    written = await asyncio.gather(
        *(_project(live, f"{number}-{each}") for each in range(PROJECTS))
    )
    return sum(written)


async def _project(live: LiveProjects, name: str) -> int:
    start = StartProject(
        occurred_on=ON,
        title=f"Traject {name}",
        sector=Sector.PUBLIC_SPACE,
        initiative=Initiative.RESIDENTS,
        department="Openbare ruimte",
    )
    project = (await live.start(TENANT, start, SENDER)).project
    events = 1
    for number in range(25):
        events += await _take(live, project, _wish(number))
        supports = await asyncio.gather(
            *(
                _take(live, project, (SupportWish(occurred_on=ON, wish=f"w{number}"),))
                for _ in range(20)
            )
        )
        events += sum(supports)
    return events + await _take(live, project, _answer())


def _wish(number: int) -> tuple[Step, ...]:
    text = "Wij willen dat het hier ook in het donker veilig is voor wie loopt en fietst. " * 3
    return (
        ExpressWish(occurred_on=ON, wish=f"w{number}", title=f"Wens {number}", text=text),
        SubmitProposal(
            occurred_on=ON, proposal=f"p{number}", title=f"Plan {number}", answers=(f"w{number}",)
        ),
    )


def _answer() -> tuple[Step, ...]:
    grounds = Grounds(ground=DeviationGround.BUDGET, motivation="Het geld is er dit jaar niet.")
    return (
        RaiseObstacle(
            occurred_on=ON, obstacle="h", category=ObstacleCategory.MONEY, title="Geen budget"
        ),
        ResolveObstacle(occurred_on=ON, obstacle="h", text="De raad stelde geld beschikbaar."),
        RecordDecision(
            occurred_on=ON,
            decision="b",
            body=Body.COLLEGE,
            title="Besluit over de plannen",
            motivation="De plannen passen binnen de kaders.",
            outcomes=tuple(
                SubjectOutcome(
                    subject=f"p{number}",
                    outcome=Outcome.REJECTED if number % 2 else Outcome.ADOPTED,
                    deviation=grounds if number % 2 else None,
                )
                for number in range(25)
            ),
        ),
        GiveFeedback(occurred_on=ON, about=("b",), channel=FeedbackChannel.LETTER, text="Brief."),
    )


async def _take(live: LiveProjects, project: UUID, steps: tuple[Step, ...]) -> int:
    return (await live.take(TENANT, project, steps, SENDER)).events
