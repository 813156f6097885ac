"""Whole requests: writes and reads over HTTP, beside a bare Litestar."""

from __future__ import annotations

import tempfile
from datetime import date
from itertools import count
from pathlib import Path
from uuid import UUID

import msgspec

from benchmarks.client import get, hammer, request
from benchmarks.endpoints import endpoints
from benchmarks.installation import api, bare, fresh_database, projector
from benchmarks.measure import Figure, Round, figure
from benchmarks.stories import fill
from cocreate.api.issuing import issue_key
from cocreate.domain.municipality import RegisterMunicipality
from cocreate.domain.steps.course import StartProject
from cocreate.domain.steps.wishes import ExpressWish, SupportWish
from cocreate.domain.vocabulary import Initiative, Role, Sector
from cocreate.log.live import LiveProjects, Sender
from cocreate.postgres import EmbeddedServer
from cocreate.projections.model import read_models
from cocreate.service import open_service

TENANT = "GM9002"
ON = date(2026, 3, 2)
MANY = 200
CLIENTS = 100
READ = "GM9004"
"""The municipality that is read."""
READ_EVENTS = 5_000
READERS = 32
READ_GOAL = 0.7
AGES = (10, 1_000, 50_000)
SENDER = Sender(actor="bench", actor_role="official")
WISH = msgspec.json.encode(
    ExpressWish(
        occurred_on=ON,
        title="Licht in de tunnel",
        text="'s Avonds durft mijn dochter er niet meer alleen door te fietsen. " * 3,
        place="Spoortunnel",
    )
)


async def measure_http(server: EmbeddedServer, *, rounds: int, seconds: float) -> list[Figure]:
    """Give the figures of requests."""
    async with (
        fresh_database(server, "bench_http") as dsn,
        projector(dsn),
        open_service(dsn, project=False) as service,
    ):
        live = service.live
        step = RegisterMunicipality(occurred_on=ON, code=TENANT, name="Maat")
        await service.subscriptions.register(step, SENDER)
        key = (await issue_key(service.pool, TENANT, Role.OFFICIAL, "bench")).secret
        many = [await _project(live, 10) for _ in range(MANY)]
        aged = {age: await _project(live, age) for age in AGES}
        filled = (await fill(service.pool, {READ: 1.0}, READ_EVENTS))[READ]
        reading = (await issue_key(service.pool, READ, Role.OFFICIAL, "bench")).secret
        for name in read_models():
            await service.answers.reach(name, READ, filled.position, within=300)
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            async with api(dsn) as (_, port), bare(folder) as peer:
                figures = await _writes(port, peer, key, many, aged, rounds, seconds)
                figures += await _reads(
                    port, peer, reading, filled.projects[0], folder, rounds, seconds / 4
                )
    return figures


async def _writes(
    port: int,
    peer_port: int,
    key: str,
    many: list[UUID],
    aged: dict[int, UUID],
    rounds: int,
    seconds: float,
) -> list[Figure]:
    asked = [request("POST", f"{_home(each)}/wishes", WISH, key) for each in many]
    turn = count()
    on_one = request("POST", f"{_home(many[0])}/wishes", WISH, key)
    plain = request("POST", "/wishes", WISH, key)
    on_many: list[Round] = []
    on_single: list[Round] = []
    peer: list[Round] = []
    by_age: dict[int, list[Round]] = {age: [] for age in aged}
    for _ in range(rounds):
        peer.append(await hammer(peer_port, CLIENTS, seconds, lambda _: plain))
        on_many.append(await hammer(port, CLIENTS, seconds, lambda _: asked[next(turn) % MANY]))
        on_single.append(await hammer(port, CLIENTS, seconds, lambda _: on_one))
        for age, project in aged.items():
            # Support changes no more than a number, so the project keeps its age.
            body = b'{"occurredOn":"2026-03-02","wish":"w0"}'
            support = request("POST", f"{_home(project)}/wish-supports", body, key)
            by_age[age].append(await hammer(port, 1, min(seconds, 1.0), lambda _, s=support: s))  # type: ignore[misc]
    bare_name = "bare Litestar POST"
    figures = [
        figure(
            f"POST by {CLIENTS} clients on {MANY} projects",
            on_many,
            peer,
            unit="requests/s",
            peer_name=bare_name,
            goal=0.5,
        ),
        figure(
            f"POST by {CLIENTS} clients on one project",
            on_single,
            peer,
            unit="requests/s",
            peer_name=bare_name,
            goal=0.5,
        ),
    ]
    youngest = by_age[min(by_age)]
    for age, each in by_age.items():
        figures.append(
            figure(
                f"POST by 1 client on a project of {age:,} events",
                each,
                youngest,
                unit="requests/s",
                peer_name=f"the same on a project of {min(by_age)} events",
                goal=round(1 / 1.5, 3),
            )
        )
    return figures


async def _reads(
    port: int,
    peer_port: int,
    key: str,
    project: UUID,
    folder: Path,
    rounds: int,
    seconds: float,
) -> list[Figure]:
    """Ask every address of the read models, and once more by one who has the answer already."""
    figures = []
    for number, endpoint in enumerate(await endpoints(port, key, READ, project)):
        path = endpoint.at(project)
        answer = await get(port, path, key)
        (folder / str(number)).write_bytes(answer.body)
        asked = request("GET", path, key=key)
        known = request("GET", path, key=key, tag=answer.tag)
        plain = request("GET", f"/pages/{number}", key=key)
        warm: list[Round] = []
        unchanged: list[Round] = []
        peer: list[Round] = []
        for _ in range(rounds):
            peer.append(await hammer(peer_port, READERS, seconds, lambda _, p=plain: p))  # type: ignore[misc]
            warm.append(await hammer(port, READERS, seconds, lambda _, a=asked: a))  # type: ignore[misc]
            unchanged.append(await hammer(port, READERS, seconds, lambda _, k=known: k))  # type: ignore[misc]
        figures += [
            figure(
                f"GET {endpoint.name}{how}",
                ours,
                peer,
                unit="requests/s",
                peer_name="bare Litestar GET of the same bytes",
                goal=READ_GOAL,
            )
            for how, ours in (("", warm), (", unchanged (304)", unchanged))
        ]
    return figures


def _home(project: UUID) -> str:
    return f"/v1/municipalities/{TENANT}/projects/{project}"


async def _project(live: LiveProjects, events: int) -> UUID:
    """Write a project with so many events: one wish in ten, the rest support."""
    start = StartProject(
        occurred_on=ON,
        title=f"Traject van {events} stappen",
        sector=Sector.SAFETY,
        initiative=Initiative.RESIDENTS,
        department="Openbare ruimte",
    )
    project = (await live.start(TENANT, start, SENDER)).project
    left = events - 1
    number = 0
    while left > 0:
        steps: list[ExpressWish | SupportWish] = []
        while left > 0 and len(steps) < 1_000:
            steps.append(ExpressWish(occurred_on=ON, wish=f"w{number}", title=f"Wens {number}"))
            left -= 1
            for _ in range(min(9, left)):
                steps.append(SupportWish(occurred_on=ON, wish=f"w{number}"))
                left -= 1
            number += 1
        await live.take(TENANT, project, steps, SENDER)
    return project
