"""What is measured stands here as it would on an installation: databases and processes apart."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

import asyncpg

from cocreate.postgres import EmbeddedServer
from cocreate.service import prepare_database

MEGABYTE = 2**20
TICK = os.sysconf("SC_CLK_TCK")


@contextlib.asynccontextmanager
async def fresh_database(server: EmbeddedServer, name: str) -> AsyncIterator[str]:
    """Give the address of an empty database of this release, dropped afterwards."""
    await create_database(server, name)
    try:
        await prepare_database(server.dsn(name))
        yield server.dsn(name)
    finally:
        await _administer(server, f"drop database {name} with (force)")


async def create_database(server: EmbeddedServer, name: str) -> None:
    """Make an empty database."""
    await _administer(server, f"create database {name}")


async def _administer(server: EmbeddedServer, statement: str) -> None:
    connection = await asyncpg.connect(server.dsn())
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@contextlib.asynccontextmanager
async def projector(dsn: str) -> AsyncIterator[int]:
    """Run a process that keeps the read models, and give its id."""
    environment = {"COCREATE_DATABASE_URL": dsn}
    async with process("cocreate.cli", None, environment, "work") as pid:
        yield pid


@contextlib.asynccontextmanager
async def signer(dsn: str, signing_keys: Path) -> AsyncIterator[int]:
    """Run a process that signs for the trees, and give its id."""
    environment = {
        "COCREATE_DATABASE_URL": dsn,
        "COCREATE_PUBLIC_URL": "https://bench.test",
        "COCREATE_SIGNING_KEYS_FILE": str(signing_keys),
    }
    async with process("benchmarks.signing", None, environment) as pid:
        yield pid


@contextlib.asynccontextmanager
async def api(dsn: str, master_key: str = "") -> AsyncIterator[tuple[int, int]]:
    """Run a process that answers and keeps no read models, and give its id and its port."""
    port = free_port()
    environment = {"COCREATE_DATABASE_URL": dsn, "COCREATE_PORT": str(port)}
    if master_key:
        environment["COCREATE_MASTER_KEY"] = master_key
    async with process("cocreate.cli", port, environment, "serve", "--no-work") as pid:
        yield pid, port


@contextlib.asynccontextmanager
async def bare(folder: Path) -> AsyncIterator[int]:
    """Run a bare Litestar that reads out the files of a folder, and give its port."""
    port = free_port()
    environment = {"BENCH_PORT": str(port), "BENCH_FOLDER": str(folder)}
    async with process("benchmarks.bare", port, environment):
        yield port


@contextlib.asynccontextmanager
async def process(
    module: str, port: int | None, environment: Mapping[str, str], *arguments: str
) -> AsyncIterator[int]:
    """Run a module as a process, wait until its port answers, and give its id."""
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments, env={**os.environ, **environment}
    )
    try:
        if port is not None:
            await _answers(port)
        yield running.pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            running.terminate()
        await running.wait()


async def _answers(port: int) -> None:
    for _ in range(1_200):
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.1)
    message = f"Nothing answers on port {port}"
    raise TimeoutError(message)


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def resident(pid: int | str, *, peak: bool = False) -> float:
    """Give how many megabytes of memory a process has, or had at most (Linux)."""
    wanted = "VmHWM:" if peak else "VmRSS:"
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(wanted):
            return int(line.split()[1]) * 1024 / MEGABYTE
    raise LookupError(wanted)


def cpu_seconds(pid: int) -> float:
    """Give how many seconds of processor time a process has used (Linux)."""
    # Its name stands in brackets, and may hold spaces.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def database_seconds(server: EmbeddedServer) -> float:
    """Give the processor time of a server: of its processes, and of those that ended (Linux)."""
    fields = Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()
    used = (int(fields[13]) + int(fields[14])) / TICK + cpu_seconds(server.pid)
    for pid in children(server.pid):
        with contextlib.suppress(FileNotFoundError):
            used += cpu_seconds(pid)
    return used


def children(pid: int) -> Iterator[int]:
    """Give the processes that a process started (Linux)."""
    for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield int(each)
