"""Taking the lines of a source into the log: through the same rules, as fast as the log takes them.

Every line is one command under an idempotency key made from the source, so a load that was broken
off can be started again and records nothing twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from hashlib import sha256
from time import perf_counter
from uuid import UUID

import msgspec

from cocreate.domain.errors import RuleBroken
from cocreate.domain.steps.base import Step
from cocreate.domain.steps.course import StartProject
from cocreate.exchange.source import NotUnderstood, Understood
from cocreate.log.errors import KeyReused
from cocreate.log.live import LiveProjects, Sender

ABREAST = 512
"""How many commands are on their way at once."""


class Loaded(msgspec.Struct, kw_only=True, rename="camel"):
    """What became of the lines of a source."""

    project: UUID
    lines: int = 0
    commands: int = 0
    events: int = 0
    repeated: int = 0
    """Commands that an earlier load had recorded already."""
    refused: list[NotUnderstood] = []
    """Lines that were not taken, each with the reason. Nothing of them was recorded."""
    seconds: float = 0.0


async def load(
    live: LiveProjects,
    tenant: str,
    source: str,
    start: StartProject,
    lines: Iterable[Understood | NotUnderstood],
    *,
    progress: Callable[[int], None] = lambda _lines: None,
) -> Loaded:
    """Record the lines of a source in a project of their own, and report on each that was not.

    ``source`` names the project for the idempotency keys: loading the same source again goes on
    in the same project.
    """
    began = perf_counter()
    started = await live.start(tenant, start, _sender(f"{source}:start", (start,)))
    loaded = Loaded(project=started.project)
    under_way: set[asyncio.Task[None]] = set()
    try:
        for line in lines:
            if isinstance(line, NotUnderstood):
                loaded.lines += 1
                loaded.refused.append(line)
                progress(1)
                continue
            if len(under_way) >= ABREAST:
                done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
            task = asyncio.create_task(_take(live, tenant, source, line, loaded, progress))
            under_way.add(task)
        for task in under_way:
            await task
    finally:
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
    loaded.refused.sort(key=lambda refused: refused.line)
    loaded.seconds = perf_counter() - began
    return loaded


async def _take(
    live: LiveProjects,
    tenant: str,
    source: str,
    line: Understood,
    loaded: Loaded,
    progress: Callable[[int], None],
) -> None:
    sender = _sender(f"{source}:{line.key}", line.steps)
    try:
        receipt = await live.take(tenant, loaded.project, line.steps, sender, importing=True)
    except RuleBroken as broken:
        loaded.refused.append(NotUnderstood(line=line.line, reason=broken.detail("en")))
    except KeyReused:
        reason = "an earlier load recorded this line with other content"
        loaded.refused.append(NotUnderstood(line=line.line, reason=reason))
    else:
        loaded.commands += 1
        loaded.repeated += receipt.repeated
        loaded.events += receipt.events
    loaded.lines += line.lines
    progress(line.lines)


def _sender(key: str, steps: tuple[Step, ...]) -> Sender:
    fingerprint = sha256(msgspec.json.encode([(step.noun, step) for step in steps])).digest()
    return Sender(actor="import", actor_role="operator", key=key, fingerprint=fingerprint)
