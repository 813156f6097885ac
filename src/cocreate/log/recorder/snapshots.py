"""The snapshots of a log, as the library keeps and selects them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec
from eventsourcing.persistence import AggregateRecorder, StoredEvent

from cocreate.domain.project.snapshot import SNAPSHOT_SCHEMA
from cocreate.log.library import SNAPSHOT_TOPIC
from cocreate.log.recorder.base import FOREIGN, LogRecorder, stream_of
from cocreate.log.recorder.door import MOST, Door, Shortcut


class LogSnapshotRecorder(LogRecorder, AggregateRecorder):
    """Of each history one snapshot, the latest; that of a project is the one the API uses."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **_given: object) -> None:
        """Keep snapshots, each unless there is one of a later version."""
        snapshots = [(stream_of(each.originator_id), self._to_log(each)) for each in stored_events]

        async def write(door: Door) -> None:
            for stream, snapshot in snapshots:
                await door.write_snapshot(stream, snapshot)

        self._ask(write)

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,  # noqa: ARG002 - there is one at most
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Give the snapshot of a history, where it lies between two versions."""
        stream = stream_of(originator_id)
        kept = self._ask(lambda door: door.snapshot(stream))
        if kept is None or limit == 0 or kept.schema_version not in (FOREIGN, SNAPSHOT_SCHEMA):
            return []
        if not (gt or 0) < kept.version <= (MOST if lte is None else lte):
            return []
        topic, state = SNAPSHOT_TOPIC, kept.state
        if kept.schema_version == FOREIGN:
            topic, state = msgspec.msgpack.decode(kept.state, type=tuple[str, bytes])
        return [StoredEvent(stream, kept.version, topic, state)]

    def _to_log(self, snapshot: StoredEvent) -> Shortcut:
        if snapshot.topic == SNAPSHOT_TOPIC:
            return Shortcut(snapshot.originator_version, SNAPSHOT_SCHEMA, snapshot.state)
        self._refuse_unless_anything_goes(snapshot.topic)
        state = msgspec.msgpack.encode((snapshot.topic, snapshot.state))
        return Shortcut(snapshot.originator_version, FOREIGN, state)
