"""Verifying an export, without a server and without a database.

The first thing that is wrong is raised as :class:`~cocreate.audit.wrong.Wrong`, with the file and
the place. The order is that of docs/verifying.md: the zip file and the bag, what it says it is, the
checkpoint, the tiles, each event, and last what is made of the events.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, BinaryIO
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from cocreate.audit.bag import Bag
from cocreate.audit.event_schemas import event_schemas
from cocreate.audit.layout import (
    CHECKPOINT,
    DESCRIPTION,
    EVENTS,
    FIXED,
    FORMAT,
    MDTO,
    MDTO_EVENTS,
    REPORTS,
    SCHEMAS,
    TILES,
    VERIFIER_KEYS,
    WITNESS_KEYS,
    Description,
    Line,
    bag_info,
    read_description,
    read_line,
    tiles_of_entries,
    tiles_of_log,
    write_description,
    write_line,
)
from cocreate.audit.mdto import file_metadata, object_metadata
from cocreate.audit.report import Rendered, Tally
from cocreate.audit.shapes import UnknownSchema, decoder_of
from cocreate.audit.tiles import Tiles
from cocreate.audit.wrong import Language, Wrong
from cocreate.log.tree.checkpoints import Checkpoint, SignedCheckpoint, open_checkpoint
from cocreate.log.tree.commitments import SALT_SIZE, Envelope, actor_mark, commitment
from cocreate.log.tree.errors import NotSigned, SignatureFails, Unsound
from cocreate.log.tree.hashing import leaf_hash
from cocreate.log.tree.keys import VerifierKey
from cocreate.log.tree.notes import Note
from cocreate.log.tree.tiles import WIDTH

LATE = timedelta(days=30)
"""A step that is recorded longer than this after it happened is told of: it may be back-dated."""
FUTURE_TOLERANCE = timedelta(days=1)
"""How much later than the day of recording a step may be said to happen, as the log takes it."""
_UNREADABLE = (msgspec.DecodeError, UnicodeError, RecursionError)
"""What is raised for JSON that cannot be read, or not be held."""
_HERE = ZoneInfo("Europe/Amsterdam")


class Late(msgspec.Struct, frozen=True):
    """An event that was recorded long after it happened."""

    position: int
    days: int


class Verified(msgspec.Struct, kw_only=True):
    """What was found of an export in which nothing is wrong."""

    description: Description
    checkpoint: SignedCheckpoint
    trusted: bool
    """Whether a key from elsewhere was given; else the export itself says by which it is signed."""
    keys: list[VerifierKey]
    """Those of the log that were trusted."""
    events: int = 0
    withheld: int = 0
    """How many positions of a whole log are shown as entries only."""
    projects: int = 0
    first_recorded_at: datetime | None = None
    late: int = 0
    """How many events were recorded more than :data:`LATE` after they happened."""
    latest: Late | None = None
    """The one of which that is longest."""
    unknown_schemas: list[str] = []
    """Those that are not known here: their data were checked by what the export says itself."""
    since: int | None = None
    """The size of the earlier tree from which this one goes on."""


def verify(
    file: BinaryIO,
    *,
    keys: Sequence[VerifierKey] = (),
    witnesses: Sequence[VerifierKey] = (),
    since: bytes | None = None,
) -> Verified:
    """Verify an export.

    ``keys`` are those of the log that are trusted; without any, those in the export are used.
    Each of ``witnesses`` must have cosigned. ``since`` is an earlier checkpoint of the log, a
    signed note. Raises :class:`Wrong`.
    """
    bag = Bag(file)
    description = _description(bag)
    found = _checkpoint(bag, description, keys, witnesses)
    tree = found.checkpoint.checkpoint
    tiles = Tiles(bag, tree)
    if since is not None:
        earlier = _earlier(since, tree.origin, found.keys)
        tiles.require_goes_on(earlier)
        found.since = earlier.size
    events = _Events(bag, tiles, found)
    events.check()
    _require_expected_files(bag, description, events)
    _require_derived(bag, found, events)
    return found


# -- what it says it is, and who signed for it ----------------------------------------------------


def _description(bag: Bag) -> Description:
    for name in FIXED:
        bag.sha256(name)
    content = bag.read(DESCRIPTION)
    try:
        told = msgspec.json.decode(content)
        if isinstance(told, dict) and told.get("format", FORMAT) != FORMAT:
            raise Wrong("format", DESCRIPTION, format=told["format"], known=FORMAT)
        description = read_description(content)
    except _UNREADABLE as problem:
        raise Wrong("description", DESCRIPTION, problem=problem) from None
    if write_description(description) != content:
        raise Wrong("description", DESCRIPTION, problem="another spelling")
    if bag.info != bag_info(description, bag.payload_size, len(bag.names)):
        raise Wrong("bag-info", "bag-info.txt")
    return description


def _keys(bag: Bag, name: str) -> list[VerifierKey]:
    keys = []
    for number, line in enumerate(bag.lines(name), 1):
        try:
            keys.append(VerifierKey.parse(line.decode("utf-8", "replace")))
        except Unsound as problem:
            raise Wrong("key", name, line=number, problem=problem) from None
    return keys


def _checkpoint(
    bag: Bag,
    description: Description,
    keys: Sequence[VerifierKey],
    witnesses: Sequence[VerifierKey],
) -> Verified:
    own, known = _keys(bag, VERIFIER_KEYS), _keys(bag, WITNESS_KEYS)
    trusted = list(keys) or own
    if not trusted:
        raise Wrong("no-key", VERIFIER_KEYS)
    try:
        note = Note.parse(bag.read(CHECKPOINT))
        open_checkpoint(note, description.origin, trusted)
        signed = open_checkpoint(note, description.origin, {*trusted, *own, *known, *witnesses})
    except (NotSigned, SignatureFails) as problem:
        raise Wrong("signature", CHECKPOINT, problem=problem) from None
    except Unsound as problem:
        raise Wrong("checkpoint", CHECKPOINT, problem=problem) from None
    size = signed.checkpoint.size
    if size != description.size:
        raise Wrong("checkpoint-size", CHECKPOINT, found=size, told=description.size)
    signers = {each.key for each in signed.signatures}
    for name, told in ((VERIFIER_KEYS, own), (WITNESS_KEYS, known)):
        for number, key in enumerate(told, 1):
            if key not in signers:
                raise Wrong("key-unused", name, line=number)
    for witness in witnesses:
        if witness not in signers:
            raise Wrong("no-witness", CHECKPOINT, witness=witness.name)
    return Verified(
        description=description,
        checkpoint=signed,
        trusted=bool(keys),
        keys=trusted,
        unknown_schemas=[],
    )


def _earlier(since: bytes, origin: str, keys: Sequence[VerifierKey]) -> Checkpoint:
    try:
        return open_checkpoint(Note.parse(since), origin, keys).checkpoint
    except Unsound as problem:
        raise Wrong("since", problem=problem) from None


# -- the events -----------------------------------------------------------------------------------


class _Events:
    """Goes past the events of an export, one after another."""

    def __init__(self, bag: Bag, tiles: Tiles, found: Verified) -> None:
        self._bag = bag
        self._tiles = tiles
        self._found = found
        self._said = found.description
        self._internal = self._said.sight == "internal"
        self._whole = self._said.whole
        self._project = str(self._said.project)
        self._tally = Tally()
        self._decoders: dict[tuple[str, int], msgspec.json.Decoder[Any]] = {}
        self._ids: dict[str, UUID] = {}
        self._versions: dict[str, int] = {}
        self._position = 0
        self._recorded_at = datetime.min.replace(tzinfo=UTC)
        self._unpublished: dict[tuple[str, int], tuple[int, int]] = {}
        """Internal events that are shown, until they turn out to be public: line and position."""
        self._reports: dict[Language, Rendered] = {
            language: Rendered(self._said, language) for language in ("nl", "en")
        }
        self._entries: list[bytes] = []
        self.schemas: set[str] = set()
        self.leaves: set[int] = set()
        """The tiles of the lowest level that are needed."""

    def check(self) -> None:
        """Check all events; raises :class:`Wrong`."""
        number = 0
        for number, raw in enumerate(self._bag.lines(EVENTS), 1):
            try:
                self._take(number, raw)
            except Wrong as wrong:
                if wrong.file == EVENTS:
                    wrong.line, wrong.position = number, self._at
                raise
        self._finish(number)

    _at: int | None = None
    """The position of the event that is being checked, as it says itself."""

    def _take(self, number: int, raw: bytes) -> None:
        self._at = None
        try:
            line = read_line(raw)
            self._at = line.position
            spelled = write_line(line)
        except _UNREADABLE as problem:
            raise Wrong("line", EVENTS, problem=problem) from None
        if spelled != raw:
            raise Wrong("line", EVENTS, problem="another spelling")
        self._require_place(line)
        self._require_entry(line)
        self._require_times(line)
        self._require_data(line)
        self._require_seen(number, line)
        if self._whole:
            self._tally.take(line)
        else:
            for report in self._reports.values():
                report.take(line)
        self._found.events += 1

    def _require_place(self, line: Line) -> None:
        before, self._position = self._position, line.position
        if line.position <= before or line.position < 1:
            raise Wrong("position", EVENTS, before=before)
        if line.position > self._said.size:
            raise Wrong("beyond", EVENTS, size=self._said.size)
        if self._whole:
            if self._internal and line.position != before + 1:
                raise Wrong("left-out", EVENTS, before=before)
        elif line.project != self._project:
            raise Wrong("project", EVENTS)
        version = self._versions.get(line.project, 0)
        fits = line.version == version + 1 if self._internal else line.version > version
        if not fits:
            raise Wrong("version", EVENTS, before=version)
        self._versions[line.project] = line.version

    def _require_entry(self, line: Line) -> None:
        """Make sure that the tree has just this event at its position."""
        try:
            salt = bytes.fromhex(line.salt)
        except ValueError:
            salt = b""
        if len(salt) != SALT_SIZE or salt.hex() != line.salt:
            raise Wrong("line", EVENTS, problem="the salt")
        shown, hidden = line.actor, line.actor_mark
        if (shown is None) == (hidden is None) or (shown is not None) != self._internal:
            raise Wrong("actor", EVENTS)
        envelope = Envelope(
            origin=self._said.origin,
            position=line.position,
            project=self._id(line.project),
            version=line.version,
            type=line.type,
            schema_version=line.schema_version,
            recorded_at=line.recorded_at,
            occurred_on=line.occurred_on,
            actor=actor_mark(salt, shown) if shown is not None else hidden or "",
            actor_role=line.actor_role,
            public=line.visibility == "public",
        )
        try:
            committed = commitment(salt, envelope, bytes(line.data))
            entry = line.position.to_bytes(8, "big") + committed
        except (Unsound, TypeError, OverflowError) as problem:
            raise Wrong("line", EVENTS, problem=problem) from None
        if self._whole:
            self._reach(line.position)
            if entry != self._entries[(line.position - 1) % WIDTH]:
                raise Wrong("entry", EVENTS)
        else:
            self.leaves.add((line.position - 1) // WIDTH)
            if leaf_hash(entry) != self._tiles.leaf(line.position - 1):
                raise Wrong("entry", EVENTS)

    def _id(self, project: str) -> UUID:
        known = self._ids.get(project)
        if known is None:
            try:
                known = UUID(project)
            except ValueError:
                known = None
            if known is None or str(known) != project:
                raise Wrong("line", EVENTS, problem="the project")
            self._ids[project] = known
        return known

    _bundles = 0
    """How many bundles of a whole log were read."""

    def _reach(self, position: int) -> None:
        """Read the bundles of a whole log up to that of a position."""
        while self._bundles * WIDTH < position:
            self._entries = self._tiles.entries(self._bundles)
            self._bundles += 1

    def _require_times(self, line: Line) -> None:
        if line.recorded_at < self._recorded_at:
            raise Wrong("time", EVENTS)
        self._recorded_at = line.recorded_at
        found = self._found
        if found.first_recorded_at is None:
            found.first_recorded_at = line.recorded_at
        passed = line.recorded_at.date() - line.occurred_on
        if passed < timedelta(0) and line.occurred_on > _day(line.recorded_at) + FUTURE_TOLERANCE:
            raise Wrong("future", EVENTS, occurred=line.occurred_on)
        if passed > LATE:
            found.late += 1
            if found.latest is None or passed.days > found.latest.days:
                found.latest = Late(line.position, passed.days)

    def _require_data(self, line: Line) -> None:
        decoder = self._decoders.get((line.type, line.schema_version))
        if decoder is None:
            decoder = self._decoders[line.type, line.schema_version] = self._decoder(line.schema)
        try:
            decoder.decode(line.data)
        except _UNREADABLE as problem:
            raise Wrong("data", EVENTS, schema=line.schema, problem=problem) from None

    def _decoder(self, name: str) -> msgspec.json.Decoder[Any]:
        self.schemas.add(name)
        schema = self._bag.read(name)
        known = event_schemas().get(name.removeprefix(SCHEMAS).removesuffix(".json"))
        if known is None:
            self._found.unknown_schemas.append(name)
        elif schema != known:
            raise Wrong("schema-changed", name)
        try:
            return decoder_of(schema)
        except UnknownSchema as problem:
            raise Wrong("schema", name, problem=problem) from None

    def _require_seen(self, number: int, line: Line) -> None:
        """Note internal events in a public export, and which were made public afterwards."""
        if self._internal:
            return
        if line.visibility == "internal":
            self._unpublished[line.project, line.version] = number, line.position
        elif line.type == "StepsPublished":
            for version in msgspec.json.decode(line.data)["steps"]:
                self._unpublished.pop((line.project, version), None)

    def _finish(self, last: int) -> None:
        found, said = self._found, self._said
        if said.whole:
            self._reach(said.size)
            if self._internal and self._position != said.size:
                raise Wrong("end-left-out", EVENTS, before=self._position, size=said.size)
            found.withheld = said.size - found.events
        for number, position in self._unpublished.values():
            raise Wrong("sight", EVENTS, line=number, position=position)
        if last != said.events:
            raise Wrong("events", DESCRIPTION, found=last, told=said.events)
        if last and self._recorded_at != said.last_recorded_at:
            raise Wrong(
                "last-recorded", DESCRIPTION, found=self._recorded_at, told=said.last_recorded_at
            )
        found.projects = len(self._versions)

    def report(self, language: Language) -> str:
        """Give the hash of the report that follows from the events."""
        return self._reports[language].sha256(self._tally)


def _day(moment: datetime) -> date:
    return moment.astimezone(_HERE).date()


# -- what else is in it ---------------------------------------------------------------------------


def _require_expected_files(bag: Bag, description: Description, events: _Events) -> None:
    size = description.size
    tiles = tiles_of_log(size) if description.whole else tiles_of_entries(size, events.leaves)
    expected = {*FIXED, *events.schemas, *(f"{TILES}{tile.path}" for tile in tiles)}
    for name in sorted(expected - bag.names):
        raise Wrong("missing", name)
    for name in sorted(bag.names - expected):
        raise Wrong("unexpected", name)


def _require_derived(bag: Bag, found: Verified, events: _Events) -> None:
    """Make sure that the metadata and the reports are what follows from the events."""
    description = found.description
    first = found.first_recorded_at or description.last_recorded_at
    checksum = bag.sha256(EVENTS)
    derived = {
        MDTO: object_metadata(description, first, checksum),
        MDTO_EVENTS: file_metadata(description, checksum, bag.size(EVENTS)),
    }
    for name, content in derived.items():
        if bag.read(name) != content:
            raise Wrong("derived", name)
    for language, name in REPORTS.items():
        bag.check(name)
        if bag.sha256(name) != events.report(language):  # type: ignore[arg-type]
            raise Wrong("derived", name)
