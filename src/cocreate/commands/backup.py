"""The commands that back up an installation, and restore it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from cocreate.audit.backup import back_up, back_up_keys
from cocreate.audit.restore import restore, verify_restored
from cocreate.commands.running import console, database, empty_database, run
from cocreate.settings import Settings

FOLDER = click.argument("folder", type=click.Path(path_type=Path))


@click.command()
@FOLDER
@click.option("--keys", is_flag=True, help="The keys of people instead: for seven days at most.")
def backup(folder: Path, keys: bool) -> None:
    """Back up the logs into a new FOLDER, without the keys of people.

    A key in an old backup undoes an erasure: keys have a backup of their own. Writing goes on
    meanwhile.
    """

    async def work() -> None:
        settings = Settings.from_environment()
        async with database(settings) as dsn:
            manifest = await (back_up_keys if keys else back_up)(dsn, folder)
        if manifest.keep_until is not None:
            until = f"{manifest.keep_until:%Y-%m-%d}"
            console.print(f"The keys are in {folder}. Destroy it by {until}", soft_wrap=True)
        else:
            events = sum(log.position for log in manifest.logs)
            console.print(
                f"{len(manifest.logs):,} logs with {events:,} events are in {folder}, without the"
                " keys of people",
                soft_wrap=True,
            )

    run(work())


@click.command(name="restore")
@FOLDER
@click.option("--keys", type=click.Path(path_type=Path), help="A backup of the keys of people.")
def restore_(folder: Path, keys: Path | None) -> None:
    """Restore a backup into an empty database, and check all that came back.

    Exits with 1 when it is not what was backed up. Serve only after that.
    """
    sound = True

    async def work() -> None:
        nonlocal sound
        settings = Settings.from_environment()
        async with empty_database(settings) as dsn:
            restored = await restore(dsn, folder, keys)
            console.print(
                f"{len(restored.logs):,} logs, {restored.keys:,} keys of people; "
                f"{restored.destroyed:,} of people who were erased were destroyed again",
                soft_wrap=True,
            )
            async for finding in verify_restored(dsn, restored.logs, settings.master()):
                sound = False
                console.print(
                    f"{finding.where}: {finding.wrong}", style="red", markup=False, soft_wrap=True
                )
                console.print(f"  What to do: {finding.remedy}", markup=False, soft_wrap=True)
        if sound:
            console.print("All is as it was backed up", style="green")

    run(work())
    if not sound:
        sys.exit(1)
