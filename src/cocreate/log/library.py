"""The log's events in the recorders of the ``eventsourcing`` library.

An ``Application`` of the library takes this mapper by its topic::

    env = {"MAPPER_TOPIC": "cocreate.log.library:LogMapper"}
"""

from __future__ import annotations

from datetime import date, datetime
from typing import cast
from uuid import UUID

import msgspec
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Mapper, StoredEvent
from eventsourcing.utils import get_topic

from cocreate.domain.project import ProjectSnapshot
from cocreate.domain.steps.base import Event
from cocreate.log.codec import (
    AGGREGATE_EVENTS,
    Codec,
    decode_snapshot,
    encode_snapshot,
    set_envelope,
)


class _State(msgspec.Struct, frozen=True, array_like=True):
    """What the library stores beside id, version and topic: the envelope, and the data."""

    schema_version: int
    timestamp: datetime
    occurred_on: date
    public: bool
    data: bytes


class LogMapper(Mapper[UUID]):
    """Turns events into what the library stores, with the codec of the log, and back."""

    codec = Codec(AGGREGATE_EVENTS)

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        """Give an event or a snapshot as the library stores it."""
        if isinstance(domain_event, ProjectSnapshot):
            state = encode_snapshot(domain_event)
        else:
            event = cast("Event", domain_event)
            stored = self.codec.encode(event)
            state = _ENCODER.encode(
                _State(
                    stored.schema_version,
                    event.timestamp,
                    stored.occurred_on,
                    stored.public,
                    stored.data,
                )
            )
        if self.compressor:
            state = self.compressor.compress(state)
        if self.cipher:
            state = self.cipher.encrypt(state)
        return StoredEvent(
            originator_id=domain_event.originator_id,
            originator_version=domain_event.originator_version,
            topic=get_topic(type(domain_event)),
            state=state,
        )

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[UUID]:
        """Give an event or a snapshot from what the library stored of it."""
        state = stored_event.state
        if self.cipher:
            state = self.cipher.decrypt(state)
        if self.compressor:
            state = self.compressor.decompress(state)
        stream_id, version = (
            cast("UUID", stored_event.originator_id),
            stored_event.originator_version,
        )
        if stored_event.topic == _SNAPSHOT:
            return decode_snapshot(stream_id, version, state)
        stored = _DECODER.decode(state)
        kind = stored_event.topic.rpartition(":")[2].rpartition(".")[2]
        event = self.codec.decode(kind, stored.schema_version, stored.data)
        set_envelope(event, stream_id, version, stored.timestamp, stored.occurred_on, stored.public)
        return cast("DomainEventProtocol[UUID]", event)


_SNAPSHOT = get_topic(ProjectSnapshot)
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(_State)
