"""Events as the log stores them, and back.

The stored data of an event is the JSON of its own fields, in the order of its class: bytes that
never change afterwards. The fields of the envelope stand beside it in columns of their own. In
place of personal data stands what it was sealed into (:mod:`cocreate.log.tokens`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, cast
from uuid import UUID

import msgspec
from msgspec import UNSET
from msgspec.structs import force_setattr, replace

from cocreate.domain.municipality import MUNICIPALITY_EVENTS, Municipality
from cocreate.domain.project import Project, ProjectSnapshot
from cocreate.domain.project.snapshot import ProjectState
from cocreate.domain.steps import EVENTS
from cocreate.domain.steps.base import ENVELOPE, Event, personal_fields, whose
from cocreate.domain.subscription import SUBSCRIPTION_EVENTS, PlanDefined, Subscription
from cocreate.domain.vocabulary import Visibility
from cocreate.log.tokens import ERASED, MARK, Secret, Token

_NO_ENVELOPE = dict.fromkeys(ENVELOPE, UNSET)

ALL_EVENTS: Mapping[str, type[Event]] = {
    **EVENTS,
    **MUNICIPALITY_EVENTS,
    **SUBSCRIPTION_EVENTS,
    PlanDefined.__name__: PlanDefined,
}
"""Every event that can stand in a log, for those who read it."""

AGGREGATE_EVENTS: Mapping[str, type[Event]] = {
    **{name: getattr(Project, name) for name in EVENTS},
    **{name: getattr(Municipality, name) for name in MUNICIPALITY_EVENTS},
    **{name: getattr(Subscription, name) for name in SUBSCRIPTION_EVENTS},
    PlanDefined.__name__: PlanDefined,
}
"""The same events as their aggregates have them: these change an aggregate's state."""


class Stored(msgspec.Struct, frozen=True):
    """An event on its way into the log: its columns, but for those the log itself gives."""

    type: str
    schema_version: int
    occurred_on: date
    public: bool
    data: bytes


class Unsealed(msgspec.Struct, frozen=True):
    """An event on its way into the log that holds personal data, which is to be sealed first."""

    event: Event
    secrets: Sequence[Secret]


class UnknownEventType(LookupError):  # noqa: N818
    """The log holds a type of event, or a schema version, that this release does not know."""


class Codec:
    """Turns events into stored data and back."""

    def __init__(self, events: Mapping[str, type[Event]]) -> None:
        self._events = events

    def encode(self, event: Event, sealed: Mapping[Secret, Token | str] | None = None) -> Stored:
        """Give what the log stores of an event, with tokens in place of what was sealed.

        Without ``sealed`` the event is given as it is.
        """
        changes: dict[str, Any] = _NO_ENVELOPE
        if sealed is not None:
            changes = {**_NO_ENVELOPE, **_in_place(event, sealed)}
        kind = type(event)
        return Stored(
            kind.__name__,
            kind.schema_version,
            event.occurred_on,
            event.visibility is Visibility.PUBLIC,
            _ENCODER.encode(replace(cast("msgspec.Struct", event), **changes)),
        )

    def decode(self, kind: str, schema_version: int, data: bytes) -> Event:
        """Give the event, its envelope still unset; earlier schema versions are brought up to date.

        Tokens stay as they are. Raises :class:`UnknownEventType`, and msgspec's
        ``ValidationError`` for data that does not fit its type.
        """
        event_class = self._events.get(kind)
        newest = 0 if event_class is None else event_class.schema_version
        known = schema_version == newest or schema_version in getattr(event_class, "upcasts", ())
        if event_class is None or not known:
            message = f"{kind} in schema version {schema_version}"
            raise UnknownEventType(message)
        personal = personal_fields(event_class)  # type: ignore[arg-type] # mypy: a class is hashable
        if schema_version == newest and not (personal and _MARK in data):
            return cast("Event", _decoder(event_class).decode(data))  # type: ignore[arg-type]
        fields = msgspec.json.decode(data)
        for version in range(schema_version, newest):
            fields = event_class.upcasts[version](fields)
        return _with_tokens(event_class, fields)


def secrets_of(event: Event) -> Sequence[Secret]:
    """Give the personal data that an event holds."""
    personal = personal_fields(type(event))  # type: ignore[arg-type]
    if not personal or (person := whose(event)) is None:
        return ()
    return [
        Secret(event.originator_id, person, name, text)
        for field in personal
        for name, text in _said(event, field)
    ]


def _said(event: Event, field: str) -> Iterator[tuple[str, str]]:
    """Yield what a field with personal data holds: its name in JSON, and the text."""
    value = getattr(event, field)
    if isinstance(value, str):
        yield _json_names(type(event))[field], value  # type: ignore[arg-type]
    elif isinstance(value, dict):
        for name in getattr(event, "personal", ()):
            if isinstance(value[name], str):
                yield name, value[name]


def _in_place(event: Event, sealed: Mapping[Secret, Token | str]) -> dict[str, Any]:
    """Give the fields with personal data as they are stored."""
    tokens = {secret.field: str(sealed[secret]) for secret in secrets_of(event)}
    stored: dict[str, Any] = {}
    for field in personal_fields(type(event)):  # type: ignore[arg-type]
        value = getattr(event, field)
        if isinstance(value, dict):
            stored[field] = {**value, **tokens}
        elif value is not None and tokens:
            stored[field] = tokens[_json_names(type(event))[field]]  # type: ignore[arg-type]
    return stored


def _with_tokens(event_class: type[Event], fields: dict[str, Any]) -> Event:
    """Give an event from its stored fields: a token may be longer than what it stands for."""
    names = _json_names(event_class)  # type: ignore[arg-type]
    tokens = {}
    for field in personal_fields(event_class):  # type: ignore[arg-type]
        value = fields.get(names[field])
        if isinstance(value, str) and value.startswith(MARK):
            tokens[field], fields[names[field]] = value, ERASED
    event = msgspec.convert(fields, event_class)
    for field, token in tokens.items():
        force_setattr(cast("msgspec.Struct", event), field, token)
    return event


@cache
def _json_names(event_class: type[Event]) -> Mapping[str, str]:
    fields = msgspec.structs.fields(cast("type[msgspec.Struct]", event_class))
    return {field.name: field.encode_name for field in fields}


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


_MARK = MARK.encode()
_ENCODER = msgspec.json.Encoder()
_STATE_ENCODER = msgspec.msgpack.Encoder()
_STATE_DECODER = msgspec.msgpack.Decoder(ProjectState)


@cache
def _decoder(event_class: type[Event]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(event_class)
