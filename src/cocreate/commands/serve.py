"""The command that serves the API and the pages."""

from __future__ import annotations

import click

from cocreate.app import serve as serve_app
from cocreate.commands.running import database, observed, run
from cocreate.settings import Settings


@click.command()
@click.option(
    "--work/--no-work",
    default=True,
    help="Whether this process does as well what `cocreate work` does.",
)
def serve(work: bool) -> None:
    """Serve the API and the pages."""

    async def go_on() -> None:
        settings = Settings.from_environment()
        with observed(settings):
            async with database(settings) as dsn:
                await serve_app(settings.on(dsn), project=work)

    run(go_on(), interrupted=0)
