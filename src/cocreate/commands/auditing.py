"""The commands of auditors that work with a log: replay, export, and another key to sign with."""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from uuid import UUID

import click
import msgspec
from rich.table import Table

from cocreate.audit.export import Exporter, NothingToExport, Order
from cocreate.audit.layout import Appraisal, Retention, Sight
from cocreate.audit.replay import Narrow, ReplayedStep, position_at, replay
from cocreate.commands.running import (
    CODE,
    OPERATOR,
    console,
    database,
    errors,
    reading,
    run,
)
from cocreate.log.announcing import announce
from cocreate.log.errors import UnknownMunicipality
from cocreate.log.signing import SigningKeys
from cocreate.log.tree.errors import NotSigned
from cocreate.log.tree.keys import VerifierKey
from cocreate.log.tree.notes import Note
from cocreate.log.trees import SignedTree, TreeBehind
from cocreate.service import Service, Signing, open_service, signing_of, witnesses_of
from cocreate.settings import Settings

SEAL_SECONDS = 10.0
"""For how long is waited for a checkpoint that holds the whole log."""
AT_ONCE = 200
"""How many steps go in one table."""

_write = msgspec.json.Encoder().encode


class Opened(msgspec.Struct, frozen=True):
    """The parts that an auditor works with."""

    service: Service
    signing: Signing | None
    witnesses: Sequence[VerifierKey]

    async def head(self, code: str) -> int:
        """Give the last position of a log; raises :class:`UnknownMunicipality`."""
        head = await self.service.reader.head(code)
        if head is None:
            raise UnknownMunicipality(code)
        return head

    async def record(self, code: str, what: str, project: UUID | None, known_at: int) -> None:
        """Put on record that someone at the terminal reads."""
        await self.service.reads.record(reading(code, what, project), known_at)

    async def signed(self, code: str, head: int) -> SignedTree:
        """Give the tree as it was signed, with the whole log in it if that comes to be.

        Raises :class:`TreeBehind`.
        """
        trees = self.service.trees
        try:
            return await trees.reach(code, head, within=SEAL_SECONDS)
        except TreeBehind:
            signed = await trees.signed(code)
            if signed is None:
                raise
            errors.print(
                f"The log is at position {head}, and was signed up to {signed.size}",
                style="yellow",
            )
            return signed


@contextlib.asynccontextmanager
async def opened_for_audit() -> AsyncIterator[Opened]:
    """Open the parts, with what signs for the trees where this installation has the keys."""
    settings = Settings.from_environment()
    async with database(settings) as dsn:
        settings = settings.on(dsn)
        signing = signing_of(settings)
        async with open_service(
            dsn,
            master=settings.master(),
            pool_size=settings.pool_size,
            project=False,
            signing=signing,
        ) as service:
            yield Opened(service, signing, witnesses_of(settings))


# -- replay ---------------------------------------------------------------------------------------


@click.command(name="replay")
@CODE
@click.argument("project", type=click.UUID)
@click.option("--kind", help="Only events of this type, such as WishExpressed.")
@click.option("--actor", help="Only what was recorded under this key.")
@click.option("--as-of", help="As known at a position, or a moment (RFC 3339).")
@click.option("--json", "as_json", is_flag=True, help="As JSON Lines.")
def replay_project(
    code: str,
    project: UUID,
    kind: str | None,
    actor: str | None,
    as_of: str | None,
    as_json: bool,
) -> None:
    """Show a project event by event: who recorded it, and what it changed."""

    async def work() -> None:
        async with opened_for_audit() as opened:
            head = await opened.head(code)
            reader = opened.service.reader
            try:
                position = head if as_of is None else await position_at(reader, code, as_of)
            except ValueError as problem:
                raise click.BadParameter(str(problem), param_hint="--as-of") from None
            await opened.record(code, "cocreate audit replay", project, position)
            narrow = Narrow(kind=kind, actor=actor)
            steps = replay(reader, code, project, up_to=position, narrow=narrow)
            await (_print_lines(steps) if as_json else _print_tables(steps))

    run(work())


async def _print_lines(steps: AsyncIterator[ReplayedStep]) -> None:
    async for step in steps:
        click.echo(_write(step))


async def _print_tables(steps: AsyncIterator[ReplayedStep]) -> None:
    table, shown = _table(), 0
    async for step in steps:
        shown += 1
        table.add_row(
            f"{step.position}",
            f"{step.recorded_at:%Y-%m-%d %H:%M:%S}",
            f"{step.occurred_on}",
            f"{step.actor_role} {step.actor}",
            f"{step.type}{'' if step.visibility == 'public' else ' (internal)'}",
            "\n".join(_told(step)),
        )
        if shown % AT_ONCE == 0:
            console.print(table)
            table = _table()
    if table.row_count:
        console.print(table)
    if not shown:
        console.print("There is nothing to show")


def _table() -> Table:
    return Table("Position", "Recorded (UTC)", "Happened on", "Who", "What", "Changed")


def _told(step: ReplayedStep) -> list[str]:
    """Give what a step changed, one field a line."""
    return [
        f"{change.id or change.kind} {field.field}: "
        f"{_text(field.before)} \N{RIGHTWARDS ARROW} {_text(field.after)}"
        for change in step.changes
        for field in change.fields
    ]


def _text(value: msgspec.Raw | None) -> str:
    return "-" if value is None else bytes(value).decode()


# -- export ---------------------------------------------------------------------------------------


def _retention(
    _context: click.Context, _parameter: click.Parameter, value: str | None
) -> Retention | None:
    try:
        return msgspec.convert(value, Retention | None)
    except msgspec.ValidationError:
        message = f"{value} is no duration such as P20Y or P6M"
        raise click.BadParameter(message) from None


@click.command(name="export")
@CODE
@click.argument("project", type=click.UUID, required=False)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The file to write, a zip file.",
)
@click.option("--public", is_flag=True, help="Only what everyone may see.")
@click.option(
    "--appraisal",
    type=click.Choice(["keep", "destroy"]),
    default="keep",
    help="How the archive is to value it.",
)
@click.option(
    "--retention",
    callback=_retention,
    metavar="DURATION",
    help="For how long it is to be kept, such as P20Y.",
)
def export_log(
    code: str,
    project: UUID | None,
    output: Path,
    public: bool,
    appraisal: Appraisal,
    retention: Retention | None,
) -> None:
    """Take a project, or the whole log of a municipality, away with all that proves it."""
    sight: Sight = "public" if public else "internal"
    order = Order(
        tenant=code, project=project, sight=sight, appraisal=appraisal, retention=retention
    )

    async def work() -> None:
        async with opened_for_audit() as opened:
            await export_to(opened, order, output)

    run(work())


async def export_to(opened: Opened, order: Order, output: Path) -> None:
    """Write a log, or a project, to a file with all that proves it; it is put on record."""
    code = order.tenant
    try:
        signed = await opened.signed(code, await opened.head(code))
    except TreeBehind:
        raise click.ClickException(
            "The log was never signed, so there is nothing to prove: set"
            " COCREATE_SIGNING_KEYS_FILE and start `cocreate serve`"
        ) from None
    await opened.record(code, "cocreate audit export", order.project, signed.size)
    keys = () if opened.signing is None else opened.signing.keys.verifiers(signed.origin)
    service = opened.service
    exporter = Exporter(service.pool, service.reader, service.trees, keys, opened.witnesses)
    beside = output.with_name(f"{output.name}.{os.getpid()}.part")
    try:
        with beside.open("xb") as out:
            description = await exporter.export(order, signed, out)
        beside.replace(output)
    except NothingToExport:
        raise click.ClickException("There is no such project, or nothing to show of it") from None
    finally:
        beside.unlink(missing_ok=True)
    console.print(
        f"{output}: {description.events:,} events, up to position {description.size:,}",
        soft_wrap=True,
    )
    for key in keys:
        console.print(f"Verify it with --key {key}", soft_wrap=True)


# -- keys -----------------------------------------------------------------------------------------


@click.command(name="rotate-keys")
def rotate_keys() -> None:
    """Sign with a new key from now on, beside the one of before.

    It is announced in every log, and each announcement is signed for with the key of before, ere
    the new one is written to the file of signing keys. Start the servers anew afterwards.
    """

    async def work() -> None:
        async with opened_for_audit() as opened:
            signing, service = opened.signing, opened.service
            if signing is None or signing.file is None:
                raise click.ClickException("COCREATE_SIGNING_KEYS_FILE is not set")
            # A rotation that was broken off goes on with the key that it began to announce.
            pending = signing.file.with_name(f"{signing.file.name}.next")
            if not pending.exists():
                signing.keys.rotated().write(pending)
            rotated = SigningKeys.read(pending)
            rows = await service.pool.fetch(
                "select tenant_id from cocreate.municipality order by 1"
            )
            for row in rows:
                code = row["tenant_id"]
                tree = await service.trees.signed(code)
                origin = signing.origin_of(code) if tree is None else tree.origin
                if tree is not None and not _follows(tree, rotated):
                    raise click.ClickException(
                        f"The tree of {code} was not signed yet with the key that is to stay: "
                        "start the servers anew after a rotation, and rotate again afterwards"
                    )
                key = rotated.verifiers(origin)[-1]
                position = await announce(service.appender, code, key, OPERATOR)
                try:
                    await service.trees.reach(code, position, within=SEAL_SECONDS)
                except TreeBehind:
                    raise click.ClickException(f"The tree of {code} is not signed") from None
                console.print(f"{code}: {key}", soft_wrap=True, highlight=False)
            rotated.write(signing.file)
            pending.unlink()
            console.print(
                f"{signing.file} holds the new key now; start the servers anew", soft_wrap=True
            )

    run(work())


def _follows(tree: SignedTree, rotated: SigningKeys) -> bool:
    """Tell whether a tree is signed with a key that goes on to sign for it."""
    try:
        Note.parse(tree.checkpoint).verify(rotated.verifiers(tree.origin)[:-1])
    except NotSigned:
        return False
    return True
