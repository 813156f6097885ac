"""Taking an export apart and putting it together again, as someone would who wants to deceive."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile

import msgspec

from cocreate.audit.layout import (
    BAG_INFO,
    BAGIT,
    CHECKPOINT,
    DESCRIPTION,
    EVENTS,
    MANIFEST,
    MDTO,
    MDTO_EVENTS,
    REPORTS,
    TAG_MANIFEST,
    VERIFIER_KEYS,
    Description,
    Line,
    bag_info,
    read_description,
    read_line,
    write_description,
    write_line,
)
from cocreate.audit.mdto import file_metadata, object_metadata
from cocreate.audit.report import Report, Tally
from cocreate.log.tree.checkpoints import Checkpoint
from cocreate.log.tree.commitments import Entry, Envelope, actor_mark
from cocreate.log.tree.hashing import Frontier, leaf_hash
from cocreate.log.tree.keys import SigningKey
from cocreate.log.tree.notes import Note
from cocreate.log.tree.tiles import Tile, filled_tiles, new_bundles, write_bundle


class Opened:
    """The files of an export."""

    def __init__(self, export: bytes) -> None:
        with ZipFile(io.BytesIO(export)) as packed:
            names = packed.namelist()
            self.bag = names[0].partition("/")[0]
            self.files = {name.partition("/")[2]: packed.read(name) for name in names}

    # -- looking at it --------------------------------------------------------------------------

    @property
    def description(self) -> Description:
        return read_description(self.files[DESCRIPTION])

    @property
    def lines(self) -> list[Line]:
        return [read_line(line) for line in self.files[EVENTS].splitlines()]

    # -- changing it ----------------------------------------------------------------------------

    def describe(self, **changes: Any) -> None:
        """Have it say something else of itself."""
        self.files[DESCRIPTION] = write_description(
            msgspec.structs.replace(self.description, **changes)
        )

    def put(self, lines: Iterable[Line]) -> None:
        """Have other events in it, counted."""
        written = [write_line(line) for line in lines]
        self.files[EVENTS] = b"".join(line + b"\n" for line in written)
        self.describe(events=len(written))

    def change(self, number: int, **changes: Any) -> None:
        """Change what stands of an event; numbers are from 0."""
        lines = self.lines
        lines[number] = msgspec.structs.replace(lines[number], **changes)
        self.put(lines)

    def derive(self) -> None:
        """Make the metadata and the reports anew of what is in it."""
        lines, checksum = self.lines, sha256(self.files[EVENTS]).hexdigest()
        self.describe(last_recorded_at=lines[-1].recorded_at)
        said = self.description
        self.files[MDTO] = object_metadata(said, lines[0].recorded_at, checksum)
        self.files[MDTO_EVENTS] = file_metadata(said, checksum, len(self.files[EVENTS]))
        for language, name in REPORTS.items():
            report = Report(said, language)
            tally, rows = Tally(), [report.head()]
            for line in lines:
                if said.whole:
                    tally.take(line)
                else:
                    rows.append(report.row(line))
            self.files[name] = "".join([*rows, report.tail(tally)]).encode()

    def plant(self, key: SigningKey, size: int | None = None) -> None:
        """Grow a tree over the events that are in it, and sign for it: for a whole log."""
        entries = [bytes(entry_of(self.description.origin, line)) for line in self.lines][:size]
        leaves = list(map(leaf_hash, entries))
        tiles: dict[Tile, bytes] = dict(filled_tiles(0, leaves, lambda _: b""))
        for tile in new_bundles(0, len(entries)):
            tiles[tile] = write_bundle(entries[tile.start : tile.end])
        self.drop_tiles()
        self.files |= {f"data/{tile.path}": content for tile, content in tiles.items()}
        root = Frontier().extended(leaves).root
        note = Note.signed(Checkpoint(self.description.origin, len(entries), root).text, key)
        self.files[CHECKPOINT] = bytes(note)
        self.files[VERIFIER_KEYS] = f"{key.verifier}\n".encode()
        self.describe(size=len(entries))

    def drop_tiles(self) -> None:
        for name in [name for name in self.files if name.startswith("data/tile/")]:
            del self.files[name]

    # -- packing it again -----------------------------------------------------------------------

    def listed(self) -> Opened:
        """Fix up the manifests and the metadata of the bag."""
        payload = {name: body for name, body in self.files.items() if name.startswith("data/")}
        size = sum(map(len, payload.values()))
        self.files[BAG_INFO] = bag_info(self.description, size, len(payload))
        self.files[MANIFEST] = manifest(payload)
        self.list_tags()
        return self

    def list_tags(self) -> Opened:
        """Fix up the manifest of the files beside the payload only."""
        tags = {name: self.files[name] for name in (BAG_INFO, BAGIT, MANIFEST)}
        self.files[TAG_MANIFEST] = manifest(tags)
        return self

    def packed(self) -> bytes:
        out = io.BytesIO()
        with ZipFile(out, "w", ZIP_DEFLATED) as packing:
            for name, content in self.files.items():
                packing.writestr(f"{self.bag}/{name}", content)
        return out.getvalue()


Tamper = Callable[[Opened], None]


def manifest(files: dict[str, bytes]) -> bytes:
    sums = {name: sha256(content).hexdigest() for name, content in files.items()}
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items())).encode()


def entry_of(origin: str, line: Line) -> Entry:
    salt = bytes.fromhex(line.salt)
    envelope = Envelope(
        origin=origin,
        position=line.position,
        project=UUID(line.project),
        version=line.version,
        type=line.type,
        schema_version=line.schema_version,
        recorded_at=line.recorded_at,
        occurred_on=line.occurred_on,
        actor=line.actor_mark or actor_mark(salt, line.actor or ""),
        actor_role=line.actor_role,
        public=line.visibility == "public",
    )
    return Entry.of(salt, envelope, bytes(line.data))
