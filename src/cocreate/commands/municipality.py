"""The tool of the operator for municipalities: their subscriptions, from invitation to closing."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

import click
import msgspec
from rich.table import Table

from cocreate.api.issuing import issue_key
from cocreate.audit.export import Order
from cocreate.audit.layout import Retention
from cocreate.commands.auditing import Opened, export_to, opened_for_audit
from cocreate.commands.running import (
    CODE,
    OPERATOR,
    console,
    database,
    errors,
    reading,
    run,
    service,
)
from cocreate.domain.calendar import amsterdam_date
from cocreate.domain.municipality import RegisterMunicipality
from cocreate.domain.own_settings import OwnSettings
from cocreate.domain.subscription import (
    DEFAULT_PLAN,
    ActivateSubscription,
    AnnounceLeaving,
    ChangePlan,
    CloseSubscription,
    DefinePlan,
    InviteMunicipality,
    Quotas,
    ResumeSubscription,
    Subscription,
    SubscriptionStep,
    SuspendSubscription,
)
from cocreate.domain.vocabulary import Role
from cocreate.log.closing import close as close_subscription
from cocreate.log.errors import UnknownMunicipality, VersionConflict
from cocreate.log.opening import in_json
from cocreate.log.opening import opened as open_sealed
from cocreate.log.secret_files import write_secret
from cocreate.log.subscriptions import CLOSED
from cocreate.service import Service, open_service
from cocreate.settings import Settings

S = TypeVar("S", bound=msgspec.Struct)

LOG_FILE = "log.zip"
PEOPLE_FILE = "people.jsonl"
"""What an export is made of: the log with its proofs, and what is held on people in the clear."""


@click.group()
def municipality() -> None:
    """Look after municipalities: invite, activate, suspend, and let them leave."""


@municipality.command(name="create")
@CODE
@click.argument("name")
def create_municipality(code: str, name: str) -> None:
    """Give a municipality its log, and print a key of its administrator.

    It is invited and accepts in one, under the plan of its invitation or the default one.
    """

    async def work() -> None:
        step = _said(RegisterMunicipality, code=code, name=name)
        async with service(project=False) as opened:
            try:
                await opened.subscriptions.register(step, OPERATOR)
            except VersionConflict:
                errors.print(f"{code} has its log already", style="yellow")
            await _print_first_key(opened, code)

    run(work())


@municipality.command()
@CODE
@click.argument("name")
@click.option("--plan", default=DEFAULT_PLAN, show_default=True)
def invite(code: str, name: str, plan: str) -> None:
    """Invite a municipality; it has no log before it accepts."""

    async def work() -> None:
        step = _said(InviteMunicipality, code=code, name=name, plan=plan)
        async with service(project=False) as opened:
            await opened.subscriptions.invite(step, OPERATOR)
            console.print(f"{code} is invited")

    run(work())


@municipality.command()
@CODE
def activate(code: str) -> None:
    """Give a municipality that accepts its log, and print a key of its administrator."""

    async def work() -> None:
        async with service(project=False) as opened:
            await opened.subscriptions.take(code, _said(ActivateSubscription), OPERATOR)
            await _print_first_key(opened, code)

    run(work())


@municipality.command()
@CODE
@click.argument("reason")
def suspend(code: str, reason: str) -> None:
    """Let a municipality read alone for now."""
    _take(code, SuspendSubscription, reason=reason)


@municipality.command()
@CODE
def resume(code: str) -> None:
    """End a suspension, or call a leaving off."""
    _take(code, ResumeSubscription)


@municipality.command()
@CODE
@click.argument("last_day", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--by", required=True, help="Which body or party announced it.")
def leave(code: str, last_day: datetime, by: str) -> None:
    """Announce that a municipality leaves, with the last day on which it records."""
    _take(code, AnnounceLeaving, lastDay=last_day.date().isoformat(), announcedBy=by)


@municipality.command()
@CODE
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def export(code: str, folder: Path) -> None:
    """Write all that is of a municipality to a folder, for it to take along.

    log.zip has the whole log with all that proves it; see `audit verify`. people.jsonl has what is
    held on people in the clear, one a line, since nobody can open the log any more once the
    municipality is closed.
    """
    folder.mkdir(parents=True, exist_ok=True)

    async def work() -> None:
        async with opened_for_audit() as opened:
            settings = (await opened.service.live.municipality(code)).settings
            order = Order(tenant=code, sight="internal", retention=_retention(settings))
            await export_to(opened, order, folder / LOG_FILE)
            await _export_people(opened, code, folder / PEOPLE_FILE)

    run(work())


async def _export_people(opened: Opened, code: str, file: Path) -> None:
    parts = opened.service
    lines = []
    for project, party in await parts.keys.people(code):
        held = await parts.people.held(code, project, party)
        if held is not None:
            data = msgspec.json.encode(held)
            lines.append((await open_sealed(parts.keys, code, data, in_json)).data)
    await parts.reads.record(reading(code, "cocreate municipality export", None))
    write_secret(file, b"".join(line + b"\n" for line in lines))
    console.print(f"{file}: what is held on {len(lines):,} people", soft_wrap=True)


def _retention(settings: OwnSettings) -> Retention | None:
    years = settings.retention_years
    return None if years is None else msgspec.convert(f"P{years}Y", Retention)


@municipality.command()
@CODE
@click.option("--yes", is_flag=True, help="Do not ask whether it is meant.")
def close(code: str, yes: bool) -> None:
    """Destroy all data of a municipality whose last day is over, and keep the certificate.

    Nothing of it can be brought back, but from an export. COCREATE_DATABASE_URL has to sign in as
    the owner of the tables, as for `migrate`.
    """
    if not yes:
        click.confirm(f"Destroy all data of {code}?", abort=True)

    async def work() -> None:
        settings = Settings.from_environment()
        async with database(settings) as dsn:
            destroyed = await close_subscription(dsn, code, _said(CloseSubscription), OPERATOR)
            async with open_service(dsn, project=False, pool_size=1) as opened:
                opened.signals.tell(CLOSED, code)
        console.print(
            f"{code} is closed, and its {destroyed.position:,} events are destroyed; the last tree"
            f" had {destroyed.tree_size:,} entries and the root {destroyed.root_hash}",
            soft_wrap=True,
        )

    run(work())


@municipality.command()
@CODE
def show(code: str) -> None:
    """Show the subscription of a municipality, and how much of it is used."""

    async def work() -> None:
        async with service(project=False) as opened:
            found = await opened.subscriptions.find(code)
            if found is None:
                raise UnknownMunicipality(code)
            console.print(await _table_of(opened, found))

    run(work())


async def _table_of(opened: Service, found: Subscription) -> Table:
    use, quotas = await opened.subscriptions.use(found.code), found.quotas
    table = Table(title=f"{found.code} {found.name}", show_header=False)
    table.add_row("State", f"{found.state} since {found.since}")
    if found.last_day is not None:
        table.add_row("Last day", f"{found.last_day}")
    table.add_row("Plan", found.plan)
    table.add_row("Projects", _of(use.projects, quotas.projects))
    table.add_row("Keys", _of(use.keys, quotas.keys))
    table.add_row("Events today", _of(use.events_today, quotas.events_per_day))
    table.add_row("Requests a second", _most(quotas.requests_per_second))
    if found.destroyed is not None:
        table.add_row("Events destroyed", f"{found.destroyed.position:,}")
        table.add_row("Root of the tree", found.destroyed.root_hash)
    return table


@municipality.command(name="list")
def list_municipalities() -> None:
    """List who is subscribed, was so, or is invited."""

    async def work() -> None:
        table = Table("Code", "Name", "State", "Since", "Plan", "Last day")
        async with service(project=False) as opened:
            for each in await opened.subscriptions.subscribers():
                last_day = "" if each.last_day is None else f"{each.last_day}"
                table.add_row(
                    each.code, each.name, each.state, f"{each.since}", each.plan, last_day
                )
        console.print(table)

    run(work())


# -- plans ----------------------------------------------------------------------------------------


@municipality.group()
def plan() -> None:
    """Define plans, list them, and have a municipality go over to one."""


@plan.command(name="define")
@click.argument("name")
@click.argument("title")
@click.option("--projects", type=int, help="How many projects there can be; no limit without.")
@click.option("--keys", type=int, help="How many keys can be valid at a time.")
@click.option("--events-per-day", type=int, help="How many events are recorded in a day.")
@click.option("--requests-per-second", type=int, help="How many each process answers.")
def define_plan(
    name: str,
    title: str,
    projects: int | None,
    keys: int | None,
    events_per_day: int | None,
    requests_per_second: int | None,
) -> None:
    """Say what a plan holds, for whoever takes it from now on."""

    async def work() -> None:
        quotas = Quotas(
            projects=projects,
            keys=keys,
            events_per_day=events_per_day,
            requests_per_second=requests_per_second,
        )
        step = _said(DefinePlan, plan=name, title=title, quotas=msgspec.to_builtins(quotas))
        async with service(project=False) as opened:
            await opened.subscriptions.define_plan(step, OPERATOR)
            console.print(f"{name} is defined")

    run(work())


@plan.command(name="list")
def list_plans() -> None:
    """List the plans there are."""

    async def work() -> None:
        table = Table("Plan", "Title", "Projects", "Keys", "Events a day", "Requests a second")
        async with service(project=False) as opened:
            for each in (await opened.subscriptions.plans()).values():
                quotas = each.quotas
                limits = (
                    quotas.projects,
                    quotas.keys,
                    quotas.events_per_day,
                    quotas.requests_per_second,
                )
                table.add_row(each.plan, each.title, *map(_most, limits))
        console.print(table)

    run(work())


@plan.command(name="take")
@CODE
@click.argument("name")
def take_plan(code: str, name: str) -> None:
    """Have a municipality go over to a plan, or take its own anew as it is defined by now."""
    _take(code, ChangePlan, plan=name)


# -- the parts of a command -----------------------------------------------------------------------


def _take(code: str, kind: type[SubscriptionStep], **said: object) -> None:
    async def work() -> None:
        async with service(project=False) as opened:
            await opened.subscriptions.take(code, _said(kind, **said), OPERATOR)
            found = await opened.subscriptions.find(code)
            if found is not None:
                console.print(f"{code} is {found.state}, under the plan {found.plan}")

    run(work())


def _said(kind: type[S], **said: object) -> S:
    """Give a step as it is said today; ends the command where it is not valid."""
    today: date = amsterdam_date(datetime.now().astimezone())
    try:
        return msgspec.convert({"occurredOn": today.isoformat(), **said}, kind)
    except msgspec.ValidationError as problem:
        raise click.BadParameter(str(problem)) from None


async def _print_first_key(opened: Service, code: str) -> None:
    key = await issue_key(opened.pool, code, Role.TENANT_ADMINISTRATOR, "first key")
    console.print(f"Key of the tenant administrator, shown once: {key.secret}")


def _of(used: int, most: int | None) -> str:
    return f"{used:,}" if most is None else f"{used:,} of {most:,}"


def _most(limit: int | None) -> str:
    return "no limit" if limit is None else f"{limit:,}"
