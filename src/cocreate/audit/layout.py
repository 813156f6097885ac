"""What an export is: a bag (RFC 8493) in a zip file, and which file in it holds what.

Whoever exports and whoever verifies agree on this module, and on docs/verifying.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from cocreate.audit.wrong import Language
from cocreate.log.tree.tiles import HEIGHT, WIDTH, Tile, hashes_at, new_bundles, new_tiles, tile_at

FORMAT = 1
"""Counts up when an export is laid out, or a derived file written, in another way."""

BAGIT = "bagit.txt"
BAG_INFO = "bag-info.txt"
MANIFEST = "manifest-sha256.txt"
TAG_MANIFEST = "tagmanifest-sha256.txt"
TAG_FILES = (BAG_INFO, BAGIT, MANIFEST)

DESCRIPTION = "data/export.json"
EVENTS = "data/events.jsonl"
CHECKPOINT = "data/checkpoint"
VERIFIER_KEYS = "data/verifier-keys"
WITNESS_KEYS = "data/witness-keys"
MDTO = "data/export.mdto.xml"
MDTO_EVENTS = "data/events.jsonl.bestand.mdto.xml"
REPORTS: Final[Mapping[Language, str]] = {
    "nl": "data/report.nl.html",
    "en": "data/report.en.html",
}
SCHEMAS = "data/schemas/"
TILES = "data/"
"""Before the path of a tile, such as ``tile/0/000``."""

FIXED = (
    DESCRIPTION,
    EVENTS,
    CHECKPOINT,
    VERIFIER_KEYS,
    WITNESS_KEYS,
    MDTO,
    MDTO_EVENTS,
    *REPORTS.values(),
)
"""The files that every export has."""

BAGIT_TEXT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

Sight = Literal["internal", "public"]
Appraisal = Literal["keep", "destroy"]
Retention = Annotated[str, Meta(pattern=r"^P(?=\d)(\d{1,4}Y)?(\d{1,4}M)?(\d{1,5}D)?(?![\s\S])")]
"""For how long something is kept: a duration of ISO 8601, in years, months and days."""


class Description(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True
):
    """What an export holds; nothing of it is to be believed before it was verified."""

    format: int
    origin: str
    """Of the log: where its tree is found, without the scheme."""
    municipality: str
    name: str
    project: UUID | None
    """The project; None for the whole log of the municipality."""
    title: str | None
    sight: Sight
    """Whether internal events are shown, or public ones only."""
    size: int
    """Of the tree: the position up to which the log was exported."""
    events: int
    last_recorded_at: datetime
    """When the last event that is shown was recorded."""
    appraisal: Appraisal
    retention: Retention | None

    @property
    def whole(self) -> bool:
        """Whether it is of a whole log."""
        return self.project is None


def schema_file(kind: str, version: int) -> str:
    """Give the file with the schema of the data of a type of event."""
    return f"{SCHEMAS}{kind}.{version}.json"


class Line(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    rename="camel",
    omit_defaults=True,
    forbid_unknown_fields=True,
    gc=False,  # there are very many, and none refers to another
):
    """An event as it stands on its line: its envelope, and then the data as stored, to the byte."""

    position: int
    project: str
    """The UUID of the history that it is of, in lower case."""
    version: int
    type: str
    schema_version: int
    recorded_at: datetime
    occurred_on: date
    visibility: Sight
    actor: str | None = None
    """The id of the key; the public is shown its mark instead."""
    actor_mark: str | None = None
    actor_role: str
    salt: str
    """In hexadecimal."""
    data: msgspec.Raw

    @property
    def schema(self) -> str:
        """The file with the schema of its data."""
        return schema_file(self.type, self.schema_version)


write_line = msgspec.json.Encoder().encode
write_lines = msgspec.json.Encoder().encode_lines
read_line = msgspec.json.Decoder(Line).decode
read_lines = msgspec.json.Decoder(Line).decode_lines
read_description = msgspec.json.Decoder(Description).decode


def write_description(description: Description) -> bytes:
    """Give a description as it stands in an export: there is one spelling of it."""
    return msgspec.json.format(msgspec.json.encode(description), indent=2) + b"\n"


def bag_name(description: Description) -> str:
    """Give the name of the bag: the folder in the zip file."""
    of = description.municipality if description.whole else str(description.project)
    return f"cocreate-{of}-{description.size}-{description.sight}"


def bag_info(description: Description, size: int, files: int) -> bytes:
    """Give the metadata of the bag, whose payload has a size in bytes and a number of files."""
    of = description.origin if description.whole else f"{description.origin}#{description.project}"
    lines = {
        "Source-Organization": f"Gemeente {' '.join(description.name.split())}",
        "External-Identifier": f"{of}@{description.size}",
        "Bagging-Date": description.last_recorded_at.date().isoformat(),
        "Bag-Software-Agent": f"cocreate export {FORMAT}",
        "Payload-Oxum": f"{size}.{files}",
    }
    return "".join(f"{label}: {value}\n" for label, value in lines.items()).encode()


def tiles_of_log(size: int) -> list[Tile]:
    """Give all tiles and bundles of a tree."""
    return [*new_tiles(0, size), *new_bundles(0, size)]


def tiles_of_entries(size: int, leaves: Iterable[int]) -> list[Tile]:
    """Give the tiles that prove the tiles of level 0 with these numbers to be in a tree.

    These themselves, all above them, and of each level the partial one at the right edge, of which
    the root is made.
    """
    found: list[Tile] = []
    numbers, level = set(leaves), 0
    while known := hashes_at(level, size):
        if known % WIDTH:
            numbers.add(known // WIDTH)
        tiles = [tile_at(level, number, size) for number in sorted(numbers)]
        found += tiles
        numbers = {tile.index >> HEIGHT for tile in tiles if not tile.partial}
        level += 1
    return found
