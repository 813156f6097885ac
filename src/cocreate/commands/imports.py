"""The commands that bring in the records of other systems."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import click
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from cocreate.commands.running import console, errors, run, service
from cocreate.domain.calendar import amsterdam_date
from cocreate.exchange import decidim, permits
from cocreate.exchange.load import Loaded, load
from cocreate.exchange.source import NotUnderstood, Understood
from cocreate.service import Service


@click.group(name="import")
def import_() -> None:
    """Bring in the records of other systems, through the same rules and log."""


@import_.command(name="decidim")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--municipality", "code", required=True, metavar="GMxxxx")
@click.option(
    "--decided-on",
    type=click.DateTime(["%Y-%m-%d"]),
    help="When the proposals were decided on; the source does not say.",
)
def import_decidim(file: Path, code: str, decided_on: datetime | None) -> None:
    """Import proposals of Decidim: JSON Lines, gzipped or not."""

    async def work() -> None:
        async with service() as opened:
            await import_file(
                opened, code, file, decided_on=decided_on.date() if decided_on else None
            )

    run(work())


@import_.command(name="permits")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--municipality", "code", required=True, metavar="GMxxxx")
def import_permits(file: Path, code: str) -> None:
    """Import permit cases: CSV with the columns of XES, gzipped or not."""

    async def work() -> None:
        async with service() as opened:
            await import_file(opened, code, file)

    run(work())


async def import_file(
    opened: Service, code: str, file: Path, *, decided_on: date | None = None
) -> Loaded:
    """Import a file with a progress bar, and print the report."""
    lines: Iterator[Understood | NotUnderstood]
    if ".jsonl" in file.name:
        source, start = decidim.SOURCE, decidim.start(file)
        lines, total = decidim.read(file, decided_on=decided_on), decidim.survey(file).lines
    else:
        source, start = permits.SOURCE, permits.start(file)
        lines, total = permits.read(file), permits.survey(file).lines
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=errors,
    ) as progress:
        bar = progress.add_task(file.name, total=total)
        loaded = await load(
            opened.live,
            code,
            source,
            start,
            lines,
            progress=lambda count: progress.advance(bar, count),
        )
    await report(opened, code, file, loaded)
    return loaded


async def report(opened: Service, code: str, file: Path, loaded: Loaded) -> None:
    """Print what became of the lines of a file, and what is owed on them now."""
    head = await opened.reader.head(code)
    await opened.answers.reach("timeline", code, head or 0, within=120)
    [owed] = await opened.answers.ask(
        "timeline",
        "count_owed",
        code,
        loaded.project,
        amsterdam_date(datetime.now().astimezone()),
    )
    table = Table(title=file.name, show_header=False)
    rate = loaded.events / loaded.seconds if loaded.seconds else 0
    for name, value in (
        ("Project", str(loaded.project)),
        ("Lines", f"{loaded.lines:,}"),
        ("Commands", f"{loaded.commands:,} ({loaded.repeated:,} were recorded before)"),
        ("Events", f"{loaded.events:,} in {loaded.seconds:.1f} s, {rate:,.0f} a second"),
        ("Motivations owed", f"{owed['motivations']:,}"),
        ("Feedback owed", f"{owed['feedback']:,}"),
        ("Approvals past their day", f"{owed['decisions']:,}"),
        ("Lines not taken", f"{len(loaded.refused):,}"),
    ):
        table.add_row(name, value)
    console.print(table)
    for refused in loaded.refused[:100]:
        console.print(f"  line {refused.line}: {refused.reason}", soft_wrap=True)
    if len(loaded.refused) > 100:
        console.print(f"  and {len(loaded.refused) - 100} more")
