"""The commands that look after the read models."""

from __future__ import annotations

from uuid import UUID

import click
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from cocreate.commands.running import CODE, console, database, errors, run, service
from cocreate.log.connection import open_pool
from cocreate.projections.engine import Engine
from cocreate.projections.model import read_models
from cocreate.projections.rebuild import Progress as RebuildProgress
from cocreate.projections.rebuild import rebuild as rebuild_models
from cocreate.service import Service
from cocreate.settings import Settings


@click.group()
def projections() -> None:
    """Look after the read models."""


@projections.command()
def status() -> None:
    """Show how far each read model is behind each log, and which projects are parked."""

    async def work() -> None:
        async with service() as opened:
            engine = _engine(opened)
            table = Table("Municipality", "Read model", "Position", "Behind", "Complete", "Parked")
            for lag in await engine.lags():
                table.add_row(
                    lag.municipality,
                    lag.projection,
                    f"{lag.position:,}",
                    f"{lag.head - lag.position:,}",
                    "yes" if lag.complete else "being built",
                    f"{lag.parked:,}" if lag.parked else "",
                )
            console.print(table)
            for parked in (each.in_short() for each in await engine.parked()):
                console.print(
                    f"{parked.municipality} {parked.project} stands still in {parked.projection}"
                    f" before position {parked.position}: {parked.reason}",
                    soft_wrap=True,
                )

    run(work())


@projections.command()
@CODE
@click.argument("project", type=click.UUID, required=False)
def repair(code: str, project: UUID | None) -> None:
    """Fold parked projects of a municipality anew, after what stopped them was mended."""

    async def work() -> None:
        async with service() as opened:
            engine = _engine(opened)
            parked = {
                each.project
                for each in await engine.parked()
                if each.municipality == code and project in (None, each.project)
            }
            for each in sorted(parked):
                repaired = await engine.repair(code, each)
                console.print(f"{each}: {'repaired' if repaired else 'it is still parked'}")
            if not parked:
                console.print("Nothing is parked")

    run(work())


@projections.command()
@click.argument("names", nargs=-1, metavar="[READ MODEL]...")
def rebuild(names: tuple[str, ...]) -> None:
    """Fold every log anew into read models beside those in use, then take the new into use.

    Without names, all of them. Reading and writing go on meanwhile; one that was broken off is
    gone on with.
    """
    unknown = [name for name in names if name not in read_models()]
    if unknown:
        message = f"choose from {', '.join(read_models())}"
        raise click.BadParameter(message, param_hint="names")

    async def work() -> None:
        settings = Settings.from_environment()
        async with database(settings) as dsn:
            projecting = await open_pool(dsn, "cocreate_projector", size=2)
            with Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("projects"),
                TimeElapsedColumn(),
                console=errors,
            ) as progress:
                bars: dict[str, TaskID] = {}

                def show(how_far: RebuildProgress) -> None:
                    if how_far.tenant not in bars:
                        bars[how_far.tenant] = progress.add_task(how_far.tenant)
                    progress.update(
                        bars[how_far.tenant], completed=how_far.done, total=how_far.total
                    )

                builds = await rebuild_models(
                    dsn, projecting, names or list(read_models()), progress=show
                )
            await projecting.close()
            console.print("In use now: " + ", ".join(build.schema for build in builds))

    run(work())


def _engine(opened: Service) -> Engine:
    if opened.engine is None:
        raise RuntimeError
    return opened.engine
