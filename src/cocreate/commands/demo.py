"""The command that runs the demonstration."""

from __future__ import annotations

from pathlib import Path

import click

from cocreate.commands.imports import import_file
from cocreate.commands.running import database, run
from cocreate.demo.run import run_demo
from cocreate.settings import Settings


@click.command()
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder with real files to import: decidim-*.jsonl.gz, *permit*.csv.gz.",
)
def demo(data: Path | None) -> None:
    """Run the demonstration: five municipalities, their stories, and what to ask."""

    async def work() -> None:
        settings = Settings.from_environment()
        async with database(settings) as dsn:
            await run_demo(settings.on(dsn), data, import_file)

    run(work(), interrupted=0)
