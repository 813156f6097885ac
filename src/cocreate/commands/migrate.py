"""The command that brings the database to this release."""

from __future__ import annotations

import click

from cocreate.commands.running import console, database, run
from cocreate.log.citus import CitusMissing
from cocreate.service import prepare_database
from cocreate.settings import Settings


@click.command()
@click.option(
    "--citus",
    "over_citus",
    is_flag=True,
    help="Spread the tables of municipalities over the Citus cluster of the database; from then on"
    " that is done without saying.",
)
def migrate(over_citus: bool) -> None:
    """Bring the database to this release. Safe at any time, from many processes at once."""

    async def work() -> None:
        settings = Settings.from_environment()
        if settings.database_url is None:
            if over_citus:
                raise CitusMissing
            async with database(settings):
                console.print("The embedded database is up to date")
            return
        applied = await prepare_database(settings.database_url, over_citus=over_citus)
        console.print("Applied: " + ", ".join(applied) if applied else "Nothing to apply")

    run(work())
