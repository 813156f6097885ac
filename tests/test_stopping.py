"""A server that is told to stop, or killed, amid writes: what it answered is recorded."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest
from tests.api.conftest import As, found_town
from tests.conftest import MASTER_KEY, OPERATOR_KEY, free_port

WRITERS = 8
ANSWERED = 25
"""After how many answers the signal is sent."""
STEPS = [
    {"noun": "wishes", "occurredOn": "2024-09-17", "title": f"Licht {number}"}
    for number in range(3)
]


class Served:
    """A process that serves."""

    def __init__(self, process: Process, client: httpx.AsyncClient) -> None:
        self.process = process
        self.client = client

    async def logged(self) -> list[dict[str, Any]]:
        """Wait for the end, and give what was logged."""
        _, logged = await asyncio.wait_for(self.process.communicate(), 60)
        lines = logged.decode().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]


@contextlib.asynccontextmanager
async def serving(database: str, **settings: str) -> AsyncIterator[Served]:
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if "COCREATE" not in name}
    environment |= {
        "COCREATE_DATABASE_URL": database,
        "COCREATE_PORT": str(port),
        "COCREATE_OPERATOR_KEY": OPERATOR_KEY,
        "COCREATE_MASTER_KEY": MASTER_KEY,
        **settings,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cocreate.cli", "serve", env=environment, stderr=PIPE
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            while True:
                assert process.returncode is None
                with contextlib.suppress(httpx.ConnectError):
                    if (await client.get("/v1/health/ready")).status_code == 200:
                        break
                await asyncio.sleep(0.02)
            yield Served(process, client)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


class Writing:
    """Writers that go on until the server is gone, each under a key of its own every time."""

    def __init__(self, official: As, project: str) -> None:
        self._official = official
        self._project = project
        self.enough = asyncio.Event()
        self.answered: dict[str, int] = {}
        """The commands that were answered as recorded, with the position they were given."""

    async def write(self, writer: int) -> None:
        for number in range(100_000):
            key = f"{writer}-{number}"
            try:
                answer = await self._official.post(
                    f"{self._project}/commands", {"steps": STEPS}, Idempotency_Key=key
                )
            except httpx.TransportError:
                return  # gone, and whether it was recorded is not known
            if answer.status_code in (200, 201):
                self.answered[key] = answer.json()["position"]
            if len(self.answered) >= ANSWERED:
                self.enough.set()


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGKILL])
async def test_what_was_answered_is_recorded_and_nothing_by_halves(
    database: str, sent: signal.Signals
) -> None:
    async with serving(database, COCREATE_DRAIN_SECONDS="0.5") as served:
        town = await found_town(served.client)
        project = await town.start()
        writing = Writing(town.official, project)
        told = 0
        async with asyncio.TaskGroup() as writers:
            for writer in range(WRITERS):
                writers.create_task(writing.write(writer))
            await writing.enough.wait()
            served.process.send_signal(sent)
            if sent is signal.SIGTERM:  # it says so first, while the writers go on
                while (ready := await served.client.get("/v1/health/ready")).status_code == 200:
                    pass
                assert ready.json()["facts"] == {"lack": "stopping"}
                told = len(writing.answered)
            logged = await served.logged()
        if sent is signal.SIGTERM:
            assert served.process.returncode == 0
            assert not [line for line in logged if line["level"] in ("warning", "error")]
            assert len(writing.answered) > told
    connection = await asyncpg.connect(database)
    try:
        commands = await connection.fetch(
            "select key, position from cocreate.command where tenant_id = $1", town.code
        )
        positions = await connection.fetch(
            "select position from cocreate.event where tenant_id = $1 order by 1", town.code
        )
    finally:
        await connection.close()
    recorded = {row["key"].rpartition("/")[2]: row["position"] for row in commands}
    assert len(writing.answered) >= ANSWERED
    assert writing.answered.items() <= recorded.items()
    there = {row["position"] for row in positions}
    assert there == set(range(1, len(there) + 1))
    for position in recorded.values():  # all three steps of each, or none
        assert {position - 2, position - 1, position} <= there
    # Registered, started, and what is told here: no step of a command that has no row.
    assert len(there) == 2 + len(STEPS) * len(recorded)
