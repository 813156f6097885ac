"""Checking the events of an export, one after another, against the tree that was signed."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from cocreate.audit.bag import Bag
from cocreate.audit.batches import UNREADABLE, Commitments, fit_places, fit_times, read_batch
from cocreate.audit.event_schemas import event_schemas
from cocreate.audit.found import LATE, Late, Verified
from cocreate.audit.layout import (
    DESCRIPTION,
    EVENTS,
    SCHEMAS,
    Line,
    read_line,
    schema_file,
    write_line,
)
from cocreate.audit.report import Rendered, Tally
from cocreate.audit.shapes import Shape, UnknownSchema
from cocreate.audit.tiles import Tiles
from cocreate.audit.wrong import Language, Wrong
from cocreate.log.tree.commitments import SALT_SIZE, Entry, Envelope, actor_mark, commitment
from cocreate.log.tree.errors import Unsound
from cocreate.log.tree.hashing import Hash, leaf_hash
from cocreate.log.tree.tiles import WIDTH

FUTURE_TOLERANCE = timedelta(days=1)
"""How much later than the day of recording a step may be said to happen, as the log takes it."""
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
        self._shapes: dict[tuple[str, int], Shape] = {}
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
        self._commitments = Commitments(self._said)
        self._held: tuple[int, Sequence[Hash]] = -1, []
        """The bundle that was read last, and the commitments in it."""
        self._bundles = 0
        """How many bundles of a whole log were read."""
        self.schemas: set[str] = set()
        self.leaves: set[int] = set()
        """The tiles of the lowest level that are needed."""

    def check(self) -> None:
        """Check all events; raises :class:`Wrong`."""
        number = 0
        for batch in self._bag.batches(EVENTS):
            if self._whole and (taken := self._take_all(number, batch)):
                number += taken
                continue
            for raw in batch[:-1].split(b"\n"):
                number += 1
                try:
                    self._take(number, raw)
                except Wrong as wrong:
                    if wrong.file == EVENTS:
                        wrong.line, wrong.position = number, self._at
                    raise
        self._finish(number)

    def _take_all(self, number: int, batch: bytes) -> int:
        """Take a batch of lines after a number of others where all of it holds.

        Give how many; without having taken one, 0.
        """
        lines = read_batch(batch)
        if not lines:
            return 0
        versions = fit_places(lines, self._said, self._position, self._versions)
        passed = fit_times(lines, self._recorded_at)
        if versions is None or passed is None or not self._fit_tree(lines):
            return 0
        if not self._fit_shapes(lines):
            return 0
        found = self._found
        if found.first_recorded_at is None:
            found.first_recorded_at = lines[0].recorded_at
        if (longest := max(passed)) > LATE.days:
            self._note_late(lines[passed.index(longest)], longest)
            found.late += sum(map(LATE.days.__lt__, passed)) - 1
        self._tally.take(*lines)
        if not self._internal:
            for each, line in enumerate(lines, number + 1):
                self._require_seen(each, line)
        self._versions |= versions
        self._position, self._recorded_at = lines[-1].position, lines[-1].recorded_at
        found.events += len(lines)
        return len(lines)

    def _fit_tree(self, lines: Sequence[Line]) -> bool:
        committed = self._commitments.to(lines)
        if committed is None:
            return False
        places, known, at = [line.position - 1 for line in lines], list[Hash](), 0
        try:
            while at < len(places):
                bundle = places[at] // WIDTH
                start = bundle * WIDTH
                end = bisect_left(places, start + WIDTH, at)
                held = self._bundle(bundle)
                known += [held[place - start] for place in places[at:end]]
                at = end
        except Wrong:
            return False  # an event ahead of that bundle may be wrong as well
        return committed == known

    def _fit_shapes(self, lines: Sequence[Line]) -> bool:
        kinds: defaultdict[tuple[str, int], list[msgspec.Raw]] = defaultdict(list)
        for line in lines:
            kinds[line.type, line.schema_version].append(line.data)
        try:
            return all(self._fit_shape(*kind, every) for kind, every in kinds.items())
        except Wrong:
            return False

    def _fit_shape(self, kind: str, version: int, data: Sequence[msgspec.Raw]) -> bool:
        joined = b",".join(data)
        # Where data have a line break between their tokens, there are more lines than events.
        return b"\n" not in joined and self._shape(kind, version).fit(joined)

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
        except (Unsound, TypeError) as problem:
            raise Wrong("line", EVENTS, problem=problem) from None
        bundle, place = divmod(line.position - 1, WIDTH)
        if self._whole:
            if committed != self._bundle(bundle)[place]:
                raise Wrong("entry", EVENTS)
        else:
            self.leaves.add(bundle)
            if leaf_hash(bytes(Entry(line.position, committed))) != self._tiles.leaf(
                line.position - 1
            ):
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

    def _bundle(self, number: int) -> Sequence[Hash]:
        """Give the commitments in a bundle of a whole log, once those ahead of it were read too."""
        while self._bundles <= number:
            self._held = self._bundles, self._tiles.commitments(self._bundles)
            self._bundles += 1
        if self._held[0] != number:
            self._held = number, self._tiles.commitments(number)
        return self._held[1]

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
            self._note_late(line, passed.days)

    def _note_late(self, line: Line, days: int) -> None:
        found = self._found
        found.late += 1
        if found.latest is None or days > found.latest.days:
            found.latest = Late(line.position, days)

    def _require_data(self, line: Line) -> None:
        try:
            self._shape(line.type, line.schema_version).read(line.data)
        except UNREADABLE as problem:
            raise Wrong("data", EVENTS, schema=line.schema, problem=problem) from None

    def _shape(self, kind: str, version: int) -> Shape:
        """Give what data of a type of event may be."""
        known = self._shapes.get((kind, version))
        if known is None:
            known = self._shapes[kind, version] = self._new_shape(schema_file(kind, version))
        return known

    def _new_shape(self, name: str) -> Shape:
        self.schemas.add(name)
        schema = self._bag.read(name)
        known = event_schemas().get(name.removeprefix(SCHEMAS).removesuffix(".json"))
        if known is None:
            self._found.unknown_schemas.append(name)
        elif schema != known:
            raise Wrong("schema-changed", name)
        try:
            return Shape(schema)
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
            self._bundle((said.size - 1) // WIDTH)
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
