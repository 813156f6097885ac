"""Whole requests: writes and reads over HTTP, beside a bare Litestar."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from datetime import date
from itertools import count
from pathlib import Path
from uuid import UUID

import msgspec

from benchmarks.client import hammer, request
from benchmarks.measure import Figure, Round, figure
from cocreate.api.keys import issue_key
from cocreate.domain.municipality import RegisterMunicipality
from cocreate.domain.steps.course import StartProject
from cocreate.domain.steps.obstacles import RaiseObstacle, ResolveObstacle
from cocreate.domain.steps.wishes import ExpressWish, SupportWish
from cocreate.domain.vocabulary import Initiative, ObstacleCategory, Role, Sector
from cocreate.log.live import LiveProjects, Sender
from cocreate.postgres import EmbeddedServer
from cocreate.service import open_service

TENANT = "GM9002"
ON = date(2026, 3, 2)
MANY = 200
CLIENTS = 100
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
    async with open_service(server.dsn()) as service:
        live = service.live
        step = RegisterMunicipality(occurred_on=ON, code=TENANT, name="Maat")
        await live.register(step, SENDER)
        key = (await issue_key(service.pool, TENANT, Role.OFFICIAL, "bench")).secret
        many = [await _project(live, 10) for _ in range(MANY)]
        aged = {age: await _project(live, age) for age in AGES}
        readable = await _readable(live)
        head = await service.reader.head(TENANT) or 0
        for name in ("timeline", "obstacles"):
            await service.answers.reach(name, TENANT, head, within=300)
    figures = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with _ours(server) as port:
            pages = {
                "timeline": f"{_home(readable)}/timeline",
                "dashboard": f"/v1/municipalities/{TENANT}/obstacle-dashboard",
            }
            for page, path in pages.items():
                (folder / page).write_bytes(await _get(port, path, key))
            async with _bare(folder) as bare:
                figures += await _writes(port, bare, key, many, aged, rounds, seconds)
                figures += await _reads(port, bare, key, pages, rounds, seconds)
    return figures


async def _writes(
    port: int,
    bare: int,
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
        peer.append(await hammer(bare, CLIENTS, seconds, lambda _: plain))
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
    port: int, bare: int, key: str, pages: dict[str, str], rounds: int, seconds: float
) -> list[Figure]:
    figures = []
    for page, path in pages.items():
        ours: list[Round] = []
        peer: list[Round] = []
        asked, plain = request("GET", path, key=key), request("GET", f"/pages/{page}", key=key)
        for _ in range(rounds):
            peer.append(await hammer(bare, 32, seconds, lambda _, p=plain: p))  # type: ignore[misc]
            ours.append(await hammer(port, 32, seconds, lambda _, a=asked: a))  # type: ignore[misc]
        figures.append(
            figure(
                f"GET {page}",
                ours,
                peer,
                unit="requests/s",
                peer_name="bare Litestar GET of the same bytes",
                goal=0.7,
            )
        )
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


async def _readable(live: LiveProjects) -> UUID:
    """Write the project that is read: a full page of its timeline, and obstacles."""
    project = await _project(live, 300)
    for number in range(60):
        steps: list[RaiseObstacle | ResolveObstacle] = [
            RaiseObstacle(
                occurred_on=date(2025, 1 + number % 12, 1),
                obstacle=f"h{number}",
                category=list(ObstacleCategory)[number % len(ObstacleCategory)],
                title=f"Hobbel {number}",
                department=f"Afdeling {number % 5}",
            )
        ]
        if number % 3:
            steps.append(ResolveObstacle(occurred_on=ON, obstacle=f"h{number}", text="Opgelost."))
        await live.take(TENANT, project, steps, SENDER)
    return project


@contextlib.asynccontextmanager
async def _ours(server: EmbeddedServer) -> AsyncIterator[int]:
    port = _free_port()
    environment = {"COCREATE_DATABASE_URL": server.dsn(), "COCREATE_PORT": str(port)}
    # As on a larger installation: those that answer and those that project are processes apart.
    async with (
        _process("cocreate.cli", None, environment, "projections", "run"),
        _process("cocreate.cli", port, environment, "serve", "--no-projections"),
    ):
        yield port


@contextlib.asynccontextmanager
async def _bare(folder: Path) -> AsyncIterator[int]:
    port = _free_port()
    environment = {"BENCH_PORT": str(port), "BENCH_FOLDER": str(folder)}
    async with _process("benchmarks.bare", port, environment):
        yield port


@contextlib.asynccontextmanager
async def _process(
    module: str, port: int | None, environment: dict[str, str], *arguments: str
) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments, env={**os.environ, **environment}
    )
    try:
        if port is not None:
            await _answers(port)
        yield
    finally:
        process.terminate()
        await process.wait()


async def _answers(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


async def _get(port: int, path: str, key: str) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request("GET", path, key=key))
    head = await reader.readuntil(b"\r\n\r\n")
    at = head.lower().index(b"content-length:") + 15
    body = await reader.readexactly(int(head[at:].split(b"\r\n", 1)[0]))
    writer.close()
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(body.decode())
    return body
