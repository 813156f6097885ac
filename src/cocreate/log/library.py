"""The log's events as the ``eventsourcing`` library stores them.

The topic of an event is its type, such as ``WishExpressed``; its state is an :class:`Envelope`. On
:mod:`cocreate.log.recorder` an ``Application`` of the library uses the mapper by itself; on another
recorder it takes it by its topic::

    env = {"MAPPER_TOPIC": "cocreate.log.library:LogMapper"}
"""

from __future__ import annotations

from datetime import date, datetime
from typing import cast
from uuid import UUID

import msgspec
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Mapper, StoredEvent

from cocreate.domain.project import ProjectSnapshot
from cocreate.domain.steps.base import Event
from cocreate.log.codec import (
    AGGREGATE_EVENTS,
    Codec,
    decode_snapshot,
    encode_snapshot,
    set_envelope,
)

SNAPSHOT_TOPIC = ProjectSnapshot.__name__


class Envelope(msgspec.Struct, frozen=True, array_like=True):
    """What the library stores beside id, version and topic: the log's columns, and the data."""

    schema_version: int
    timestamp: datetime
    occurred_on: date
    public: bool
    data: bytes

    def encode(self) -> bytes:
        """Give the state of a stored event."""
        return _ENCODER.encode(self)

    @staticmethod
    def decode(state: bytes) -> Envelope:
        """Open the state of a stored event.

        Raises msgspec's ``DecodeError`` for what is no envelope.
        """
        return _DECODER.decode(state)


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
            state = Envelope(
                stored.schema_version,
                event.timestamp,
                stored.occurred_on,
                stored.public,
                stored.data,
            ).encode()
        if self.compressor:
            state = self.compressor.compress(state)
        if self.cipher:
            state = self.cipher.encrypt(state)
        return StoredEvent(
            originator_id=domain_event.originator_id,
            originator_version=domain_event.originator_version,
            topic=type(domain_event).__name__,
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
        if stored_event.topic == SNAPSHOT_TOPIC:
            return decode_snapshot(stream_id, version, state)
        stored = Envelope.decode(state)
        event = self.codec.decode(stored_event.topic, stored.schema_version, stored.data)
        set_envelope(event, stream_id, version, stored.timestamp, stored.occurred_on, stored.public)
        return cast("DomainEventProtocol[UUID]", event)


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Envelope)
