"""Events as others are sent them: CloudEvents 1.0, by the NL GOV profile.

What is sent cannot be taken back, so no personal data is ever in it, sealed or opened: in its place
stands :data:`MASK`. Whoever may read it follows ``dataref``, and finds what is there by then.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from cocreate.domain.municipality import MUNICIPALITY_EVENTS, municipality_id
from cocreate.domain.steps.base import personal_fields
from cocreate.exchange.recorded_events import RecordedEvent, as_told
from cocreate.log.codec import ALL_EVENTS, Codec, secrets_of
from cocreate.log.read import Recorded, decode
from cocreate.log.tail import Told
from cocreate.log.tokens import TOKEN

STRUCTURED = "application/cloudevents+json"
BATCHED = "application/cloudevents-batch+json"
TYPE_PREFIX = "nl.cocreate."
PING_TYPE = f"{TYPE_PREFIX}Ping"
MASK = "[verzegeld / sealed]"
"""What is sent in place of personal data."""

_CODEC = Codec(ALL_EVENTS)
_ENCODER = msgspec.json.Encoder()
_JSON = "application/json"
_MASK = MASK.encode()


class Pinged(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent to see whether an address takes events: the webhook, and nothing else."""

    webhook: str


class Attributes(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is said of any event, in the JSON format of CloudEvents 1.0."""

    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: datetime
    datacontenttype: str
    dataref: str | None = None


class CloudEvent(Attributes, frozen=True, kw_only=True, omit_defaults=True):
    """An event as it is sent.

    ``id`` is unique within ``source``, and the same whenever the event is sent: the place in the
    log, as in the event stream. ``type`` is the kind of event after ``nl.cocreate.``, ``subject``
    the project, or the municipality for what is about itself. ``time`` is when the log took it,
    ``dataref`` where it can be read.
    """

    data: RecordedEvent


class PingEvent(Attributes, frozen=True, kw_only=True, omit_defaults=True):
    """An event of type ``nl.cocreate.Ping``, by which an address is tried."""

    data: Pinged


class EventFormat:
    """Makes the events of a municipality into those that are sent."""

    def __init__(self, code: str, public_url: str) -> None:
        self._code = code
        self._home = f"{public_url}/v1/municipalities/{code}"
        self._source = f"urn:nld:gemeentecode:{code.removeprefix('GM')}:systeem:cocreate"

    def of(self, told: Told, *, internal: bool) -> CloudEvent:
        """Give an event as an audience is sent it."""
        event = masked(told.event)
        own = event.type in MUNICIPALITY_EVENTS
        home = self._home if own else f"{self._home}/projects/{event.project}"
        # What is read of the log, and the keys that sign for it, have no address of their own.
        readable = not own or event.project == municipality_id(self._code)
        return CloudEvent(
            specversion="1.0",
            id=str(told.place),
            source=self._source,
            type=TYPE_PREFIX + event.type,
            subject=self._code if own else str(event.project),
            time=event.recorded_at,
            datacontenttype=_JSON,
            dataref=f"{home}/events/{event.version}" if readable else None,
            data=as_told(event, internal=internal),
        )

    def ping(self, webhook: str, ping: str, now: datetime) -> PingEvent:
        """Give an event that is about nothing, with an id of its own."""
        return PingEvent(
            specversion="1.0",
            id=ping,
            source=self._source,
            type=PING_TYPE,
            subject=self._code,
            time=now,
            datacontenttype=_JSON,
            data=Pinged(webhook=webhook),
        )


def in_json(content: Attributes | Sequence[Attributes]) -> bytes:
    """Write an event, or several as a batch."""
    return _ENCODER.encode(content)


def masked(stored: Recorded) -> Recorded:
    """Give an event with a mask in place of all that is personal in it, sealed or in the clear.

    Before personal data was sealed, it was recorded as it was said.
    """
    kind = ALL_EVENTS.get(stored.type)
    if kind is not None and personal_fields(kind):  # type: ignore[arg-type] # mypy: a class is hashable
        event = decode(_CODEC, stored)
        if secrets := secrets_of(event):
            encoded = _CODEC.encode(event, dict.fromkeys(secrets, MASK))
            return msgspec.structs.replace(
                stored, data=encoded.data, schema_version=encoded.schema_version
            )
    # Of a kind that only a later release knows, all that is personal is sealed.
    return msgspec.structs.replace(stored, data=TOKEN.sub(_MASK, stored.data))
