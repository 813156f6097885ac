"""Checking the events of an export, one after another, against the tree that was signed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from cocreate.audit.bag import Bag
from cocreate.audit.event_schemas import event_schemas
from cocreate.audit.found import LATE, Late, Verified
from cocreate.audit.layout import DESCRIPTION, EVENTS, SCHEMAS, Line, read_line, write_line
from cocreate.audit.report import Rendered, Tally
from cocreate.audit.shapes import UnknownSchema, decoder_of
from cocreate.audit.tiles import Tiles
from cocreate.audit.wrong import Language, Wrong
from cocreate.log.tree.commitments import SALT_SIZE, Envelope, actor_mark, commitment
from cocreate.log.tree.errors import Unsound
from cocreate.log.tree.hashing import leaf_hash
from cocreate.log.tree.tiles import WIDTH

FUTURE_TOLERANCE = timedelta(days=1)
"""How much later than the day of recording a step may be said to happen, as the log takes it."""
UNREADABLE = (msgspec.DecodeError, UnicodeError, RecursionError)
"""What is raised for JSON that cannot be read, or not be held."""
_HERE = ZoneInfo("Europe/Amsterdam")


class EventChecks:
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
        self._at: int | None = None
        """The position of the event that is being checked, as it says itself."""
        self._entries: list[bytes] = []
        """Those of the bundle that was read last."""
        self._bundles = 0
        """How many bundles of a whole log were read."""
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

    def _take(self, number: int, raw: bytes) -> None:
        self._at = None
        try:
            line = read_line(raw)
            self._at = line.position
            spelled = write_line(line)
        except UNREADABLE as problem:
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
        except UNREADABLE as problem:
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
