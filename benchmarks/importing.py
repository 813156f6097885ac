"""Importing: the real files through the same rules and log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from benchmarks.measure import Figure
from cocreate.domain.municipality import RegisterMunicipality
from cocreate.domain.steps.course import StartProject
from cocreate.exchange import decidim, permits
from cocreate.exchange.load import load
from cocreate.exchange.source import NotUnderstood, Understood
from cocreate.log.live import Sender
from cocreate.postgres import EmbeddedServer
from cocreate.service import open_service

TENANT = "GM9003"
SENDER = Sender(actor="bench", actor_role="operator")


def files_in(folder: Path) -> list[tuple[str, Path]]:
    """Give the files that can be imported, each with the name of its source."""
    return [
        *((decidim.SOURCE, file) for file in sorted(folder.glob("decidim*.jsonl*"))),
        *((permits.SOURCE, file) for file in sorted(folder.glob("*permit*.csv*"))),
    ]


async def measure_import(server: EmbeddedServer, files: Sequence[tuple[str, Path]]) -> list[Figure]:
    """Give the import rates of files; read models are kept meanwhile."""
    figures = []
    async with open_service(server.dsn()) as service:
        step = RegisterMunicipality(occurred_on=date(2026, 1, 5), code=TENANT, name="Maat")
        await service.subscriptions.register(step, SENDER)
        for source, file in files:
            start: StartProject
            lines: Iterable[Understood | NotUnderstood]
            if source == decidim.SOURCE:
                start, lines = decidim.start(file), decidim.read(file)
            else:
                start, lines = permits.start(file), permits.read(file)
            loaded = await load(service.live, TENANT, source, start, lines)
            figures.append(
                Figure(
                    name=f"import of {file.name}",
                    ours=round(loaded.events / loaded.seconds, 1),
                    peer=None,
                    unit="events/s",
                    ratio=None,
                    note=(
                        f"{loaded.lines:,} lines, {loaded.events:,} events,"
                        f" {loaded.seconds:.2f} s, {len(loaded.refused)} lines not taken"
                    ),
                )
            )
    return figures
