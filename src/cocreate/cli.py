"""The tool of operators: the demonstration, the server, migrations, imports, read models, keys.

What auditors use stands in :mod:`cocreate.cli_audit`, the doctor in :mod:`cocreate.cli_doctor`,
webhooks in :mod:`cocreate.cli_webhooks`, subscriptions in :mod:`cocreate.cli_municipality`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import click
import msgspec
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from cocreate.api.issuing import issue_key
from cocreate.app import serve as serve_app
from cocreate.cli_audit import audit
from cocreate.cli_backup import backup, restore_
from cocreate.cli_doctor import doctor
from cocreate.cli_followers import followers
from cocreate.cli_municipality import municipality
from cocreate.cli_webhooks import webhooks
from cocreate.demo.run import run_demo
from cocreate.domain.calendar import amsterdam_date
from cocreate.domain.steps.record import ErasePerson
from cocreate.domain.vocabulary import ErasureGround, Role
from cocreate.exchange import decidim, permits
from cocreate.exchange.load import Loaded, load
from cocreate.exchange.source import NotUnderstood, Understood
from cocreate.log.citus import CitusMissing
from cocreate.log.connection import open_pool
from cocreate.log.master import made_in
from cocreate.log.opening import in_json
from cocreate.log.opening import opened as open_sealed
from cocreate.projections.engine import Engine
from cocreate.projections.model import read_models
from cocreate.projections.rebuild import Progress as RebuildProgress
from cocreate.projections.rebuild import rebuild as rebuild_models
from cocreate.sampling import metrics_of
from cocreate.service import Service, prepare_database
from cocreate.settings import Settings
from cocreate.terminal import (
    CODE,
    OPERATOR,
    console,
    database,
    errors,
    observed,
    reading,
    run,
    service,
    until_stopped,
)

PROJECT = click.argument("project", type=click.UUID)
PARTY = click.argument("party")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cocreate")
def main() -> None:
    """Keep the accountable log of co-creation.

    Without COCREATE_DATABASE_URL the embedded PostgreSQL is used, with its data in
    COCREATE_DATA_FOLDER (.cocreate).
    """


@main.command()
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


@main.command()
@click.option(
    "--projections/--no-projections",
    "project",
    default=True,
    help="Whether this process keeps the read models and sends to webhooks as well; "
    "see `projections run` and `webhooks run`.",
)
def serve(project: bool) -> None:
    """Serve the API."""

    async def work() -> None:
        settings = Settings.from_environment()
        with observed(settings):
            async with database(settings) as dsn:
                await serve_app(settings.on(dsn), project=project)

    run(work(), interrupted=0)


@main.command()
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder with real files to import: decidim-*.jsonl.gz, *permit*.csv.gz.",
)
def demo(data: Path | None) -> None:
    """Run the demonstration: five municipalities, their stories, the API and what to ask it."""

    async def work() -> None:
        settings = Settings.from_environment()
        async with database(settings) as dsn:
            await run_demo(settings.on(dsn), data, import_file)

    run(work(), interrupted=0)


@main.group(name="import")
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


@main.group()
def projections() -> None:
    """Look after the read models."""


@projections.command(name="run")
def run_projections() -> None:
    """Keep the read models until stopped; several processes share the work."""

    async def work() -> None:
        settings = Settings.from_environment()
        with observed(settings):
            async with service() as opened, metrics_of(opened, settings):
                await until_stopped()

    run(work(), interrupted=0)


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


@main.group()
def privacy() -> None:
    """Do what people may ask of what is held on them, and look after the keys it is sealed under.

    A person is a party in a project of a municipality. Needs the master key.
    """


@privacy.command(name="export")
@CODE
@PROJECT
@PARTY
def export_person(code: str, project: UUID, party: str) -> None:
    """Print all that is held on a person, as JSON (AVG, art. 15 and 20)."""

    async def work() -> None:
        async with service(project=False) as opened:
            held = await opened.people.held(code, project, party)
            if held is None:
                errors.print(f"There is no party {party} in this project", style="red")
                sys.exit(1)
            await opened.reads.record(reading(code, "cocreate privacy export", project))
            data = msgspec.json.format(msgspec.json.encode(held))
            sys.stdout.buffer.write((await open_sealed(opened.keys, code, data, in_json)).data)
            sys.stdout.write("\n")

    run(work())


@privacy.command(name="erase")
@CODE
@PROJECT
@PARTY
@click.option("--ground", required=True, type=click.Choice([str(each) for each in ErasureGround]))
def erase_person(code: str, project: UUID, party: str, ground: str) -> None:
    """Destroy the key of a person, and record the certificate (AVG, art. 17).

    Both, or neither. Asking again destroys a key that a backup brought back.
    """

    async def work() -> None:
        step = ErasePerson(occurred_on=_today(), party=party, ground=ErasureGround(ground))
        async with service(project=False) as opened:
            receipt = await opened.people.erase(code, project, step, OPERATOR)
            when = "was erased before" if receipt.repeated else "is erased"
            console.print(f"{party} {when}: the certificate is at position {receipt.position}")
            for position in await opened.people.in_the_clear(code, project, party):
                console.print(
                    f"Position {position} was recorded before personal data was sealed: it holds"
                    " its data in the clear, and cannot be changed",
                    style="yellow",
                )

    run(work())


@privacy.command()
@click.option(
    "--new-master-key-file",
    "file",
    type=click.Path(path_type=Path),
    help="The key that wraps those of the municipalities from now on; made if it is not there.",
)
def rotate(file: Path | None) -> None:
    """Give every municipality a new key, and wrap those of its people by that. No event changes.

    With a new master key, stop the processes that serve first, and start them with that one.
    """

    async def work() -> None:
        async with service(project=False) as opened:
            master = None if file is None else made_in(file)
            codes = await opened.pool.fetch(
                # The operator has keys of its own, of the pseudonyms of those who act for it.
                "select tenant_id from cocreate.municipality union all select '*' order by 1"
            )
            people = [await opened.keys.rotate(row["tenant_id"], master) for row in codes]
            if master is not None:
                await opened.keys.retire_all_but(master.name)
            console.print(f"Wrapped the keys of {sum(people):,} people anew")

    run(work())


@main.command(name="key")
@CODE
@click.argument("role", type=click.Choice([str(role) for role in Role]))
@click.argument("label")
def create_key(code: str, role: str, label: str) -> None:
    """Make an API key, and print it once. For the operator's own, give OP for the code."""

    async def work() -> None:
        async with service(project=False) as opened:
            key = await issue_key(opened.pool, code, Role(role), label)
            console.print(key.secret)

    run(work())


main.add_command(audit)
main.add_command(doctor)
main.add_command(backup)
main.add_command(restore_)
main.add_command(municipality)
main.add_command(followers)
main.add_command(webhooks)


def _engine(opened: Service) -> Engine:
    if opened.engine is None:
        raise RuntimeError
    return opened.engine


def _today() -> date:
    return amsterdam_date(datetime.now().astimezone())


if __name__ == "__main__":
    main()
