"""The command that says what is wrong with an installation."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import AsyncIterator

import click

from cocreate.audit.doctor import Examination, examine
from cocreate.commands.running import console, database, run
from cocreate.service import signing_of
from cocreate.settings import Settings


@click.command()
@click.option(
    "--quick", is_flag=True, help="Do not hash the logs, which takes as long as they are."
)
@click.option("--municipality", metavar="GMxxxx", help="Look at the log of this one only.")
def doctor(quick: bool, municipality: str | None) -> None:
    """Say what is wrong with this installation, and what to do about it.

    It changes nothing, and may look while the installation runs. Exits with 1 when something is
    wrong.
    """
    sound = True

    async def work() -> None:
        nonlocal sound
        settings = Settings.from_environment()
        async with _as_it_is(settings) as dsn:
            signing = signing_of(settings.on(dsn))
            examination = Examination(
                municipality=municipality,
                quick=quick,
                signing=None if signing is None else signing.keys,
                master=settings.master(),
            )
            async for finding in examine(dsn, examination):
                sound = False
                console.print(
                    f"{finding.where}: {finding.wrong}", style="red", markup=False, soft_wrap=True
                )
                console.print(f"  What to do: {finding.remedy}", markup=False, soft_wrap=True)
        if sound:
            console.print("All is well", style="green")

    run(work())
    if not sound:
        sys.exit(1)


@contextlib.asynccontextmanager
async def _as_it_is(settings: Settings) -> AsyncIterator[str]:
    """Give the address of the database; one's own is not migrated first, only looked at."""
    if settings.database_url is not None:
        yield settings.database_url
        return
    async with database(settings) as dsn:
        yield dsn
