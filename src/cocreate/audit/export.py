"""Exporting a log, or a project of it, with all that proves it: one file for whoever audits."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import IO, BinaryIO, Self
from uuid import UUID

import msgspec

from cocreate.audit.event_schemas import event_schemas
from cocreate.audit.layout import (
    CHECKPOINT,
    DESCRIPTION,
    EVENTS,
    FORMAT,
    MDTO,
    MDTO_EVENTS,
    REPORTS,
    TILES,
    VERIFIER_KEYS,
    WITNESS_KEYS,
    Appraisal,
    Description,
    Line,
    Retention,
    Sight,
    bag_name,
    tiles_of_entries,
    tiles_of_log,
    write_description,
    write_line,
)
from cocreate.audit.mdto import file_metadata, object_metadata
from cocreate.audit.packing import Packed, Packer
from cocreate.audit.report import Report, Tally
from cocreate.log.connection import Pool
from cocreate.log.errors import UnknownMunicipality
from cocreate.log.read import PAGE, Reader, Recorded
from cocreate.log.tree.commitments import actor_mark
from cocreate.log.tree.errors import Unsound
from cocreate.log.tree.keys import SignatureType, VerifierKey
from cocreate.log.tree.notes import Note
from cocreate.log.tree.tiles import WIDTH, Tile
from cocreate.log.trees import SignedTree, Trees

TILES_AT_ONCE = 256


class NothingToExport(LookupError):  # noqa: N818 - what is the case
    """There is no such project, or nothing of it may be shown."""


class Unexportable(ValueError):  # noqa: N818
    """An event stands in the log in a way that no line can hold."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be exported."""

    tenant: str
    project: UUID | None = None
    """The project; None for the whole log."""
    sight: Sight = "internal"
    appraisal: Appraisal = "keep"
    retention: Retention | None = None


class Exporter:
    """Exports what the logs hold, as far as their trees were signed."""

    def __init__(
        self,
        pool: Pool,
        reader: Reader,
        trees: Trees,
        keys: Sequence[VerifierKey],
        witnesses: Sequence[VerifierKey] = (),
    ) -> None:
        """``keys`` are those of the log, ``witnesses`` those whose cosignatures are known."""
        self._pool = pool
        self._reader = reader
        self._trees = trees
        self._known = (*keys, *witnesses)

    async def export(self, order: Order, signed: SignedTree, out: BinaryIO) -> Description:
        """Write an export of the log as it was signed; from the same tree come the same bytes.

        It is written as it is read: memory does not grow with the log, but for a hash of each
        file and an entry for each project. Raises :class:`NothingToExport`, and
        :class:`UnknownMunicipality` for what is the log of none.
        """
        name = await self._pool.fetchval(
            "select name from cocreate.municipality where tenant_id = $1", order.tenant
        )
        if name is None:
            raise UnknownMunicipality(order.tenant)
        note = await self._note(order.tenant, signed)
        shown = await self._shown(order, signed.size)
        draft = Description(
            format=FORMAT,
            origin=signed.origin,
            municipality=order.tenant,
            name=name,
            project=order.project,
            title=await self._title(order, shown, signed.size),
            sight=order.sight,
            size=signed.size,
            events=0,
            last_recorded_at=signed.signed_at,
            appraisal=order.appraisal,
            retention=order.retention,
        )
        packing = Packer(out, bag_name(draft), signed.signed_at)
        with packing as packer, _Written(draft) as written:
            await self._events(packer, order, draft.size, shown, written)
            if not written.count:
                raise NothingToExport(str(order.project or order.tenant))
            description = msgspec.structs.replace(
                draft, events=written.count, last_recorded_at=written.last_recorded_at
            )
            await asyncio.to_thread(_add_proofs, packer, note, self._known)
            await self._tiles(packer, order, signed.size, written.leaves)
            await asyncio.to_thread(_add_derived, packer, description, written)
        return description

    async def _note(self, tenant: str, signed: SignedTree) -> Note:
        """Give the checkpoint, with the cosignatures of those witnesses that saw this very one."""
        note = Note.parse(signed.checkpoint)
        for cosigned in await self._trees.cosigned(tenant):
            if cosigned.text == note.text:
                more = [each for each in cosigned.signatures if each not in note.signatures]
                note = note.also_signed(*more)
        return note

    async def _shown(self, order: Order, size: int) -> set[tuple[UUID, int]]:
        """Give which internal events are shown in a public export: those made public since."""
        shown: set[tuple[UUID, int]] = set()
        if order.sight == "public":
            async for page in self._pages(order, size):
                for event in page:
                    if event.public and event.type == "StepsPublished":
                        steps = msgspec.json.decode(event.data)["steps"]
                        shown |= {(event.project, version) for version in steps}
        return shown

    async def _title(self, order: Order, shown: set[tuple[UUID, int]], size: int) -> str | None:
        if order.project is None:
            return None
        first = await self._reader.stream(order.tenant, order.project, limit=1, up_to=size)
        if not first or not _is_shown(order, first[0], shown):
            return None
        title = msgspec.json.decode(first[0].data).get("title")
        return title if isinstance(title, str) else None

    async def _pages(self, order: Order, size: int) -> AsyncIterator[Sequence[Recorded]]:
        """Yield the events of a project, or of a log, up to a position, a page at a time."""
        if order.project is not None:
            async for page in self._reader.history(order.tenant, order.project, up_to=size):
                yield page
            return
        after = 0
        while after < size:
            limit = min(PAGE, size - after)
            page = await self._reader.log(order.tenant, after=after, limit=limit)
            yield page
            after = page[-1].position

    async def _events(
        self,
        packer: Packer,
        order: Order,
        size: int,
        shown: set[tuple[UUID, int]],
        written: _Written,
    ) -> None:
        with Packed(packer, EVENTS) as file:
            async for page in self._pages(order, size):
                lines = [line_of(each, order) for each in page if _is_shown(order, each, shown)]
                await asyncio.to_thread(written.take, file, lines)
        written.events = file

    async def _tiles(self, packer: Packer, order: Order, size: int, leaves: Iterable[int]) -> None:
        needed = tiles_of_log(size) if order.project is None else tiles_of_entries(size, leaves)
        for some in _batches(needed):
            found = await self._trees.tiles(order.tenant, some)
            await asyncio.to_thread(_add_tiles, packer, some, found)


class _Written:
    """What was written of the events, and the reports that grow meanwhile."""

    events: Packed

    def __init__(self, draft: Description) -> None:
        self.whole = draft.whole
        self.tally = Tally()
        self.count = 0
        self.first_recorded_at = self.last_recorded_at = datetime.min.replace(tzinfo=UTC)
        self.leaves: set[int] = set()
        self.schemas: set[tuple[str, str]] = set()
        self.reports: dict[str, tuple[Report, IO[bytes]]] = {}
        for language, name in REPORTS.items():
            report = Report(draft, language)
            file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the others
            file.write(report.head().encode())
            self.reports[name] = report, file

    def take(self, file: Packed, lines: Sequence[Line]) -> None:
        """Write events, each on its line."""
        for line in lines:
            if not self.count:
                self.first_recorded_at = line.recorded_at
            self.count += 1
            self.last_recorded_at = line.recorded_at
            self.leaves.add((line.position - 1) // WIDTH)
            self.schemas.add((line.schema, f"{line.type}.{line.schema_version}"))
            written = write_line(line)
            if b"\n" in written:
                raise Unexportable(f"The event at position {line.position} has a line break")
            file.write(written + b"\n")
            if self.whole:
                self.tally.take(line)
                continue
            for report, told in self.reports.values():
                told.write(report.row(line).encode())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        for _, told in self.reports.values():
            told.close()


def line_of(event: Recorded, order: Order) -> Line:
    """Give an event as an export shows it."""
    internal = order.sight == "internal"
    return Line(
        position=event.position,
        project=str(event.project),
        version=event.version,
        type=event.type,
        schema_version=event.schema_version,
        recorded_at=event.recorded_at,
        occurred_on=event.occurred_on,
        visibility="public" if event.public else "internal",
        actor=event.actor if internal else None,
        actor_mark=None if internal else actor_mark(event.salt, event.actor),
        actor_role=event.actor_role,
        salt=event.salt.hex(),
        data=msgspec.Raw(event.data),
    )


def _is_shown(order: Order, event: Recorded, shown: set[tuple[UUID, int]]) -> bool:
    return order.sight == "internal" or event.public or (event.project, event.version) in shown


def _add_proofs(packer: Packer, note: Note, known: Sequence[VerifierKey]) -> None:
    """Add the checkpoint, and those of the known keys that signed it."""
    signers = [key for key in known if _signed(note, key)]
    packer.add(CHECKPOINT, bytes(note))
    for name, kind in (
        (VERIFIER_KEYS, SignatureType.ED25519),
        (WITNESS_KEYS, SignatureType.COSIGNATURE),
    ):
        packer.add(name, "".join(f"{key}\n" for key in signers if key.type is kind).encode())


def _signed(note: Note, key: VerifierKey) -> bool:
    try:
        return bool(note.verify([key]))
    except Unsound:
        return False


def _batches(tiles: Sequence[Tile]) -> Iterator[list[Tile]]:
    left = iter(tiles)
    return iter(lambda: list(islice(left, TILES_AT_ONCE)), [])


def _add_tiles(packer: Packer, tiles: Sequence[Tile], found: dict[Tile, bytes]) -> None:
    for tile in tiles:
        packer.add(f"{TILES}{tile.path}", found[tile], compress=False)


def _add_derived(packer: Packer, description: Description, written: _Written) -> None:
    """Add what follows from the events: the schemas, the metadata and the reports."""
    for file, schema in sorted(written.schemas):
        packer.add(file, event_schemas()[schema])
    checksum = written.events.sha256
    packer.add(MDTO, object_metadata(description, written.first_recorded_at, checksum))
    packer.add(MDTO_EVENTS, file_metadata(description, checksum, written.events.size))
    for name, (report, told) in written.reports.items():
        told.write(report.tail(written.tally).encode())
        packer.add_file(name, told)
    packer.add(DESCRIPTION, write_description(description))
    packer.finish(description)
