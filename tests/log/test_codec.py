"""Events become bytes and come back the same, whatever release wrote them and whoever they name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from types import UnionType
from typing import Annotated, Any, ClassVar, Literal, Union, cast, get_args, get_origin
from typing import get_type_hints as hints_of
from uuid import UUID

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Meta
from tests.log.conftest import DAY

from cocreate.domain.steps.base import ENVELOPE, Event, fields_of, personal_fields
from cocreate.domain.steps.commitments import ReflectionRecorded
from cocreate.domain.steps.course import PartyJoined, PartyLeft
from cocreate.domain.steps.decisions import DeviationContested
from cocreate.domain.steps.record import StepCorrected
from cocreate.domain.steps.wishes import RealisationJudged, WishExpressed, WishSupported
from cocreate.domain.vocabulary import PartyKind, Position, Visibility
from cocreate.log.codec import (
    AGGREGATE_EVENTS,
    ALL_EVENTS,
    Codec,
    Stored,
    UnknownEventType,
    secrets_of,
    set_envelope,
)
from cocreate.log.tokens import Secret, Token, new_key, new_key_id, seal, tokens_in

NOW = datetime(2025, 1, 7, 12, tzinfo=UTC)
PROJECT = UUID(int=7)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


def any_text(
    min_length: int = 0, max_length: int = 10_000, pattern: str | None = None
) -> st.SearchStrategy[str]:
    if pattern is None or pattern.startswith("^[^"):  # all but a few characters
        texts = st.text(min_size=min_length, max_size=min(max_length, 60))
    else:
        texts = st.from_regex(pattern, fullmatch=True)
    return texts.filter(
        lambda text: (
            min_length <= len(text) <= max_length
            and (pattern is None or re.search(pattern, text) is not None)
        )
    )


def any_of(hint: Any) -> st.SearchStrategy[Any]:  # noqa: C901
    """Give values of an annotation, within its constraints."""
    meta: dict[str, Any] = {}
    while get_origin(hint) is Annotated:
        inner, *extras = get_args(hint)
        for extra in extras:
            if isinstance(extra, Meta):
                names = ("min_length", "max_length", "pattern", "ge", "le")
                meta |= {n: getattr(extra, n) for n in names if getattr(extra, n) is not None}
        hint = inner
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return st.one_of(*(any_of(member) for member in get_args(hint)))
    if origin is Literal:
        return st.sampled_from(get_args(hint))
    few = min(meta.get("max_length", 3), meta.get("min_length", 0) + 3)
    if origin is tuple:
        inner = any_of(get_args(hint)[0])
        lists = st.lists(inner, min_size=meta.get("min_length", 0), max_size=few)
        return lists.map(tuple)
    if origin is dict:
        key, value = (any_of(argument) for argument in get_args(hint))
        return st.dictionaries(key, value, min_size=meta.get("min_length", 0), max_size=few)
    if hint is str:
        return any_text(**meta)
    if hint is int:
        return st.integers(meta.get("ge", 1), meta.get("le", 2**53))
    if hint is bool:
        return st.booleans()
    if hint is date:
        return st.dates()
    if hint is datetime:
        return st.datetimes(timezones=st.just(UTC))
    if hint is UUID:
        return st.uuids()
    if hint is None or hint is type(None):
        return st.none()
    if hint is object:
        return JSON
    if issubclass(hint, StrEnum):
        return st.sampled_from(hint)
    assert issubclass(hint, msgspec.Struct), hint
    return any_fields(hint)


def any_fields(struct: type) -> st.SearchStrategy[Any]:
    """Give instances of a struct, without the fields of the envelope."""
    hints = hints_of(struct, include_extras=True)
    names = [name for name in fields_of(struct) if name not in ENVELOPE]
    return st.builds(struct, **{name: any_of(hints[name]) for name in names})


def any_event(kind: type[Event]) -> st.SearchStrategy[Event]:
    def enclose(event: Event, version: int, on: date, public: bool) -> Event:
        set_envelope(event, UUID(int=version), version, NOW, on, public)
        return event

    return st.builds(enclose, any_fields(kind), st.integers(1, 10**6), st.dates(), st.booleans())


def restored(codec: Codec, event: Event) -> Event:
    """Give an event as it comes back from the log."""
    stored = codec.encode(event)
    found = codec.decode(stored.type, stored.schema_version, stored.data)
    set_envelope(
        found,
        event.originator_id,
        event.originator_version,
        event.timestamp,
        stored.occurred_on,
        stored.public,
    )
    return found


@pytest.mark.parametrize("events", [ALL_EVENTS, AGGREGATE_EVENTS], ids=["readers", "aggregates"])
@pytest.mark.parametrize("name", ALL_EVENTS)
def test_every_event_comes_back_the_same(events: Mapping[str, type[Event]], name: str) -> None:
    codec = Codec(events)
    longest = 10 if events is ALL_EVENTS else 3

    @settings(max_examples=longest, deadline=None, suppress_health_check=list(HealthCheck))
    @given(any_event(events[name]))
    def comes_back(event: Event) -> None:
        stored = codec.encode(event)
        assert (stored.type, stored.schema_version) == (name, type(event).schema_version)
        assert (stored.occurred_on, stored.public) == (
            event.occurred_on,
            event.visibility is Visibility.PUBLIC,
        )
        found = restored(codec, event)
        assert type(found) is type(event)
        assert found == event
        # The bytes are the same every time: hashes are made of them.
        assert codec.encode(found).data == stored.data
        assert not ENVELOPE.keys() & msgspec.json.decode(stored.data).keys()

    comes_back()


def test_both_kinds_of_readers_know_every_event() -> None:
    assert ALL_EVENTS.keys() == AGGREGATE_EVENTS.keys()
    for name, kind in ALL_EVENTS.items():
        assert issubclass(AGGREGATE_EVENTS[name], kind)


@pytest.mark.parametrize(("kind", "version"), [("Unheard", 1), ("WishSupported", 2)])
def test_what_a_later_release_wrote_is_told_as_unknown(kind: str, version: int) -> None:
    with pytest.raises(UnknownEventType, match=f"{kind} in schema version {version}"):
        Codec(ALL_EVENTS).decode(kind, version, b'{"wish":"w"}')


def test_a_version_that_nothing_leads_on_from_is_told_as_unknown() -> None:
    with pytest.raises(UnknownEventType, match="WishSupported in schema version 0"):
        Codec(ALL_EVENTS).decode("WishSupported", 0, b'{"wish":"w"}')


@pytest.mark.parametrize("data", [b"", b"[]", b'{"wish":7}', b'{"wish":"w","more":1}'])
def test_data_that_does_not_fit_is_refused(data: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        Codec(ALL_EVENTS).decode("WishSupported", 1, data)


# -- earlier schema versions ---------------------------------------------------------------------


class Supported(WishSupported, frozen=True, kw_only=True):
    """The event as a later release might have it: residents are counted under another name."""

    schema_version: ClassVar = 3
    upcasts: ClassVar = {
        1: lambda fields: renamed(fields, "heads", "residents"),
        2: lambda fields: renamed(fields, "residents", "supporters"),
    }


def renamed(fields: dict[str, Any], before: str, after: str) -> dict[str, Any]:
    return {after if name == before else name: value for name, value in fields.items()}


LATER = Codec({"WishSupported": cast("type[Event]", Supported)})


@pytest.mark.parametrize(
    ("version", "data"),
    [
        (1, b'{"wish":"w","heads":4}'),
        (2, b'{"wish":"w","residents":4}'),
        (3, b'{"wish":"w","supporters":4}'),
    ],
)
def test_an_event_of_an_earlier_schema_is_brought_up_to_date(version: int, data: bytes) -> None:
    event = LATER.decode("WishSupported", version, data)
    assert isinstance(event, Supported)
    assert (event.wish, event.supporters) == ("w", 4)


def test_it_is_held_against_the_schema_of_today() -> None:
    with pytest.raises(msgspec.ValidationError):
        LATER.decode("WishSupported", 1, b'{"wish":"w","heads":0}')
    with pytest.raises(UnknownEventType):
        LATER.decode("WishSupported", 4, b'{"wish":"w"}')


# -- personal data -------------------------------------------------------------------------------


LONG = "lang " * 2_000


def joined(**fields: str) -> Event:
    kind = AGGREGATE_EVENTS["PartyJoined"]
    event = cast("Any", kind)(
        party="Q2", kind=PartyKind.RESIDENT, position=Position.EXTERNAL, **fields
    )
    set_envelope(event, PROJECT, 2, NOW, DAY, False)
    return cast("Event", event)


def corrected(changes: dict[str, object], *personal: str) -> Event:
    kind = AGGREGATE_EVENTS["StepCorrected"]
    event = cast("Any", kind)(step=2, changes=changes, reason="x", party="Q2", personal=personal)
    set_envelope(event, PROJECT, 3, NOW, DAY, False)
    return cast("Event", event)


def sealed(event: Event) -> tuple[Stored, Mapping[Secret, Token]]:
    """Give an event as the log stores it, and the tokens in it."""
    key, key_id = new_key(), new_key_id()
    tokens = {
        secret: seal(key, "GM0001", key_id, secret.field, secret.text)
        for secret in secrets_of(event)
    }
    return Codec(AGGREGATE_EVENTS).encode(event, tokens), tokens


PERSONAL = [kind for kind in ALL_EVENTS.values() if personal_fields(cast("Any", kind))]


def test_the_events_with_personal_data_are_known() -> None:
    assert [
        PartyJoined,
        PartyLeft,
        WishExpressed,
        RealisationJudged,
        DeviationContested,
        ReflectionRecorded,
        StepCorrected,
    ] == PERSONAL


def test_what_nobody_is_named_as_saying_is_of_nobody() -> None:
    said = {"wish": "w", "title": "Licht", "text": "Ik zie slecht"}
    event = cast("Any", AGGREGATE_EVENTS["WishExpressed"])(**said)
    set_envelope(event, PROJECT, 2, NOW, DAY, False)
    assert not secrets_of(event)
    event = cast("Any", AGGREGATE_EVENTS["WishExpressed"])(by="Q2", **said)
    set_envelope(event, PROJECT, 2, NOW, DAY, False)
    assert secrets_of(event) == [Secret(PROJECT, "Q2", "text", "Ik zie slecht")]


def test_an_event_tells_its_secrets_and_whose_they_are() -> None:
    event = joined(name="Jan Jansen", contact="jan@example.nl")
    assert secrets_of(event) == [
        Secret(PROJECT, "Q2", "name", "Jan Jansen"),
        Secret(PROJECT, "Q2", "contact", "jan@example.nl"),
    ]
    correction = corrected({"name": "Jan", "contact": None, "carries": True}, "contact", "name")
    assert secrets_of(correction) == [Secret(PROJECT, "Q2", "name", "Jan")]


@pytest.mark.parametrize("events", [ALL_EVENTS, AGGREGATE_EVENTS], ids=["readers", "aggregates"])
def test_tokens_stand_in_for_personal_data(events: Mapping[str, type[Event]]) -> None:
    event = joined(name="J" * 300, contact="jan@example.nl", role="buurman", about=LONG)
    stored, tokens = sealed(event)
    for secret in (b"JJJJJJJJ", b"jan@", b"buurman", b"lang "):
        assert secret not in stored.data
    assert list(tokens_in(stored.data)) == list(tokens.values())
    found = Codec(events).decode(stored.type, stored.schema_version, stored.data)
    assert isinstance(found, PartyJoined)
    told = {secret.field: str(token) for secret, token in tokens.items()}
    assert {name: getattr(found, name) for name in told} == told
    assert (found.kind, found.position) == (PartyKind.RESIDENT, Position.EXTERNAL)


@pytest.mark.parametrize("events", [ALL_EVENTS, AGGREGATE_EVENTS], ids=["readers", "aggregates"])
def test_tokens_stand_in_for_what_a_correction_says_of_a_person(
    events: Mapping[str, type[Event]],
) -> None:
    event = corrected({"about": LONG, "contact": None, "carries": True}, "about", "contact")
    stored, tokens = sealed(event)
    assert b"lang " not in stored.data
    found = Codec(events).decode(stored.type, stored.schema_version, stored.data)
    assert isinstance(found, StepCorrected)
    [token] = tokens.values()
    assert found.changes == {"about": str(token), "contact": None, "carries": True}


def test_the_event_itself_stays_in_the_clear() -> None:
    event = joined(name="Jan")
    sealed(event)
    assert event == joined(name="Jan")


def test_what_was_not_said_is_not_sealed() -> None:
    stored, tokens = sealed(joined(name="Jan"))
    assert len(tokens) == 1
    assert msgspec.json.decode(stored.data).keys() == {"party", "kind", "position", "name"}


def test_what_is_too_long_and_no_token_does_not_fit_its_type() -> None:
    data = msgspec.json.encode(
        {"party": "Q2", "kind": "resident", "position": "external", "name": LONG}
    )
    with pytest.raises(msgspec.ValidationError):
        Codec(ALL_EVENTS).decode("PartyJoined", 1, data)
