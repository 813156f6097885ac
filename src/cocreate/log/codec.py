"""Events as the log stores them, and back.

The stored data of an event is the JSON of its own fields, in the order of its class: bytes that
never change afterwards. The fields of the envelope stand beside it in columns of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Any, Protocol, cast
from uuid import UUID

import msgspec
from msgspec import UNSET
from msgspec.structs import force_setattr, replace

from cocreate.domain.municipality import MUNICIPALITY_EVENTS, Municipality
from cocreate.domain.project import Project, ProjectSnapshot
from cocreate.domain.project.snapshot import ProjectState
from cocreate.domain.steps import EVENTS
from cocreate.domain.steps.base import ENVELOPE, Event, personal_fields
from cocreate.domain.vocabulary import Visibility

_NO_ENVELOPE = dict.fromkeys(ENVELOPE, UNSET)

ALL_EVENTS: Mapping[str, type[Event]] = {**EVENTS, **MUNICIPALITY_EVENTS}
"""Every event that can stand in a log, for those who read it."""

AGGREGATE_EVENTS: Mapping[str, type[Event]] = {
    **{name: getattr(Project, name) for name in EVENTS},
    **{name: getattr(Municipality, name) for name in MUNICIPALITY_EVENTS},
}
"""The same events as their aggregates have them: these change an aggregate's state."""


class Stored(msgspec.Struct, frozen=True):
    """An event on its way into the log: its columns, but for those the log itself gives."""

    type: str
    schema_version: int
    occurred_on: date
    public: bool
    data: bytes


class Sealer(Protocol):
    """Turns personal data into what may stand in the log, and back."""

    def seal(self, person: str, text: str) -> str:
        """Give the text as the log may hold it."""

    def open(self, person: str, text: str) -> str:
        """Give the text as it was said."""


class PlainSealer:
    """Leaves personal data as it is."""

    def seal(self, person: str, text: str) -> str:  # noqa: ARG002
        """Give the text itself."""
        return text

    def open(self, person: str, text: str) -> str:  # noqa: ARG002
        """Give the text itself."""
        return text


class UnknownEventType(LookupError):  # noqa: N818
    """The log holds a type of event, or a schema version, that this release does not know."""


class Codec:
    """Turns events into stored data and back.

    This is the one place where personal data passes between the clear and the log.
    """

    def __init__(self, events: Mapping[str, type[Event]], sealer: Sealer | None = None) -> None:
        self._events = events
        self._sealer = sealer or PlainSealer()

    def encode(self, event: Event) -> Stored:
        """Give what the log stores of an event."""
        kind = type(event)
        struct = cast("msgspec.Struct", event)
        changes: dict[str, Any] = _NO_ENVELOPE
        if personal := personal_fields(kind):  # type: ignore[arg-type] # mypy: a class is hashable
            changes = {**_NO_ENVELOPE, **self._sealed(event, personal)}
        return Stored(
            kind.__name__,
            kind.schema_version,
            event.occurred_on,
            event.visibility is Visibility.PUBLIC,
            _ENCODER.encode(replace(struct, **changes)),
        )

    def decode(self, kind: str, schema_version: int, data: bytes) -> Event:
        """Give the event, its envelope still unset; earlier schema versions are brought up to date.

        Raises :class:`UnknownEventType`, and msgspec's ``ValidationError`` for data that does not
        fit its type.
        """
        event_class = self._events.get(kind)
        newest = 0 if event_class is None else event_class.schema_version
        known = schema_version == newest or schema_version in getattr(event_class, "upcasts", ())
        if event_class is None or not known:
            message = f"{kind} in schema version {schema_version}"
            raise UnknownEventType(message)
        personal = _personal_in_json(event_class)  # type: ignore[arg-type]
        if schema_version == newest and not personal:
            return cast("Event", _decoder(event_class).decode(data))  # type: ignore[arg-type]
        fields = msgspec.json.decode(data)
        for version in range(schema_version, newest):
            fields = event_class.upcasts[version](fields)
        # Opened before the fields are checked: what is sealed may be longer than what was said.
        for name, person in personal.items():
            if fields.get(name) is not None:
                fields[name] = self._sealer.open(fields[person], fields[name])
        return msgspec.convert(fields, event_class)

    def _sealed(self, event: Event, personal: Mapping[str, str]) -> dict[str, str]:
        return {
            name: self._sealer.seal(getattr(event, person), text)
            for name, person in personal.items()
            if (text := getattr(event, name)) is not None
        }


@cache
def _personal_in_json(event_class: type[Event]) -> Mapping[str, str]:
    """Give the fields that hold personal data, and those that tell whose, as stored."""
    fields = msgspec.structs.fields(cast("type[msgspec.Struct]", event_class))
    stored = {field.name: field.encode_name for field in fields}
    personal = personal_fields(event_class)  # type: ignore[arg-type]
    return {stored[name]: stored[person] for name, person in personal.items()}


def set_envelope(
    event: Event,
    stream_id: UUID,
    version: int,
    recorded_at: datetime,
    occurred_on: date,
    public: bool,
) -> None:
    """Give a decoded event the fields that stand beside its data."""
    struct = cast("msgspec.Struct", event)
    force_setattr(struct, "originator_id", stream_id)
    force_setattr(struct, "originator_version", version)
    force_setattr(struct, "timestamp", recorded_at)
    force_setattr(struct, "occurred_on", occurred_on)
    force_setattr(struct, "visibility", Visibility.PUBLIC if public else Visibility.INTERNAL)


def encode_snapshot(snapshot: ProjectSnapshot) -> bytes:
    """Give the state in a snapshot as stored."""
    return _STATE_ENCODER.encode(snapshot.state)


def decode_snapshot(project_id: UUID, version: int, data: bytes) -> ProjectSnapshot:
    """Give a snapshot from what is stored of it.

    Raises msgspec's ``DecodeError`` for data that is no state of a project.
    """
    state = _STATE_DECODER.decode(data)
    return ProjectSnapshot(
        originator_id=project_id,
        originator_version=version,
        timestamp=state["_modified_on"],
        topic="cocreate.domain.project.project:Project",
        state=state,
    )


_ENCODER = msgspec.json.Encoder()
_STATE_ENCODER = msgspec.msgpack.Encoder()
_STATE_DECODER = msgspec.msgpack.Decoder(ProjectState)


@cache
def _decoder(event_class: type[Event]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(event_class)
