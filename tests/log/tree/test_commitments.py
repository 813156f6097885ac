"""An entry commits to every part of an event, and shows none of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from hashlib import sha256
from struct import unpack
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cocreate.log.tree.commitments import (
    ENTRY_SIZE,
    SALT_SIZE,
    Columns,
    Entry,
    Envelope,
    canonical_bytes,
    commitment,
    commitments,
)
from cocreate.log.tree.errors import Malformed, OutOfRange

SALT = bytes(range(SALT_SIZE))
DATA = b'{"summary":"meer groen"}'
ENVELOPE = Envelope(
    origin="log.example.nl/gm0503",
    position=7,
    project=UUID("5bd7e3c8-6f05-5c1c-9f0e-3d1f6c6f5a52"),
    version=3,
    type="WishExpressed",
    schema_version=2,
    recorded_at=datetime(2025, 1, 7, 12, 30, 0, 250_001, tzinfo=UTC),
    occurred_on=date(2025, 1, 6),
    actor="key:jansen",
    actor_role="adviseur",
    public=True,
)
BYTES = (
    b"cocreate/event@v1\n"
    + bytes.fromhex("0000000000000007")
    + bytes.fromhex("5bd7e3c86f055c1c9f0e3d1f6c6f5a52")
    + bytes.fromhex("0000000000000003")
    + bytes.fromhex("0000000000000002")
    + (1_736_253_000_250_001).to_bytes(8, "big")
    + (20_094).to_bytes(8, "big")
    + b"\x01"
    + b"".join(length.to_bytes(8, "big") for length in (21, 13, 10, 8, 24))
    + b"log.example.nl/gm0503WishExpressedkey:jansenadviseur"
    + b'{"summary":"meer groen"}'
)

TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
NUMBERS = st.integers(-(2**63), 2**63 - 1)
ENVELOPES = st.builds(
    Envelope,
    origin=TEXTS,
    position=NUMBERS,
    project=st.uuids(),
    version=NUMBERS,
    type=TEXTS,
    schema_version=NUMBERS,
    recorded_at=st.datetimes(timezones=st.just(UTC)),
    occurred_on=st.dates(),
    actor=TEXTS,
    actor_role=TEXTS,
    public=st.booleans(),
)


def test_an_event_has_the_bytes_that_are_documented() -> None:
    assert canonical_bytes(ENVELOPE, DATA) == BYTES


def test_an_entry_is_the_position_and_a_salted_hash() -> None:
    entry = bytes(Entry.of(SALT, ENVELOPE, DATA))
    assert entry == (7).to_bytes(8, "big") + sha256(SALT + BYTES).digest()
    assert len(entry) == ENTRY_SIZE


@given(ENVELOPES, st.binary(max_size=50))
def test_the_bytes_of_an_event_can_be_read_as_no_other(envelope: Envelope, data: bytes) -> None:
    assert read(canonical_bytes(envelope, data)) == (envelope, data)


def read(canonical: bytes) -> tuple[Envelope, bytes]:
    """Read an event back, by what the documentation says of its bytes."""
    assert canonical[:18] == b"cocreate/event@v1\n"
    position, project, version, schema, moment, day, public, *lengths = unpack(
        ">q16sqqqqB5q", canonical[18:115]
    )
    fields, place = [], 115
    for length in lengths:
        fields.append(canonical[place : place + length])
        place += length
    assert place == len(canonical)
    envelope = Envelope(
        origin=fields[0].decode(),
        position=position,
        project=UUID(bytes=project),
        version=version,
        type=fields[1].decode(),
        schema_version=schema,
        recorded_at=datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=moment),
        occurred_on=date(1970, 1, 1) + timedelta(days=day),
        actor=fields[2].decode(),
        actor_role=fields[3].decode(),
        public=public == 1,
    )
    return envelope, fields[4]


@pytest.mark.parametrize(
    "change",
    [
        {"origin": "log.example.nl/gm0772"},
        {"position": 8},
        {"project": UUID(int=1)},
        {"version": 4},
        {"type": "WishExpresse", "actor": "dkey:jansen"},
        {"schema_version": 3},
        {"recorded_at": ENVELOPE.recorded_at + timedelta(microseconds=1)},
        {"occurred_on": date(2025, 1, 5)},
        {"actor": "key:janse"},
        {"actor": "key:jansena", "actor_role": "dviseur"},
        {"public": False},
    ],
)
def test_a_commitment_holds_for_no_other_envelope(change: dict[str, Any]) -> None:
    other = replace(ENVELOPE, **change)
    assert commitment(SALT, other, DATA) != commitment(SALT, ENVELOPE, DATA)


def test_a_commitment_holds_for_no_other_data_or_salt() -> None:
    first = commitment(SALT, ENVELOPE, DATA)
    assert commitment(SALT, ENVELOPE, DATA + b" ") != first
    assert commitment(bytes(SALT_SIZE), ENVELOPE, DATA) != first


def test_the_same_moment_with_another_offset_is_the_same_event() -> None:
    amsterdam = ENVELOPE.recorded_at.astimezone(timezone(timedelta(hours=1)))
    assert canonical_bytes(replace(ENVELOPE, recorded_at=amsterdam), DATA) == BYTES


def test_a_moment_without_offset_is_refused() -> None:
    naive = replace(ENVELOPE, recorded_at=ENVELOPE.recorded_at.replace(tzinfo=None))
    with pytest.raises(TypeError):
        canonical_bytes(naive, DATA)
    with pytest.raises(msgspec.ValidationError, match="timezone"):
        msgspec.json.decode(msgspec.json.encode(naive), type=Envelope)


@pytest.mark.parametrize("field", ["position", "version", "schema_version"])
def test_a_number_beyond_64_bits_is_refused(field: str) -> None:
    with pytest.raises(OutOfRange, match="a number beyond 64 bits"):
        canonical_bytes(replace(ENVELOPE, **{field: 2**63}), DATA)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_salt_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(Malformed, match=f"The salt has {size} bytes, not 32"):
        commitment(bytes(size), ENVELOPE, DATA)


@given(st.lists(st.tuples(ENVELOPES, st.binary(min_size=32, max_size=32), st.binary()), max_size=4))
def test_many_commitments_are_those_of_each(
    events: list[tuple[Envelope, bytes, bytes]],
) -> None:
    told = [replace(envelope, origin="log.test/GM0503") for envelope, _, _ in events]
    columns = Columns(
        projects=[envelope.project.bytes for envelope in told],
        actors=[envelope.actor.encode() for envelope in told],
        public=[envelope.public for envelope in told],
        data=[data for _, _, data in events],
    )
    salts = [salt for _, salt, _ in events]
    assert commitments("log.test/GM0503", salts, told, columns) == [
        commitment(salt, envelope, data)
        for envelope, (_, salt, data) in zip(told, events, strict=True)
    ]
    with pytest.raises(Malformed, match="The salt has 31 bytes"):
        commitments("log.test/GM0503", [*salts, bytes(31)], told, columns)


@given(st.integers(1, 2**63 - 1), st.binary(min_size=32, max_size=32))
def test_an_entry_is_read_as_it_was_written(position: int, committed: bytes) -> None:
    entry = Entry(position, committed)
    assert Entry.parse(bytes(entry)) == entry
    assert entry.index == position - 1


def test_an_entry_without_a_whole_commitment_is_refused() -> None:
    with pytest.raises(Malformed, match="The commitment has 31 bytes, not 32"):
        Entry(1, bytes(31))


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (bytes(39), "The entry has 39 bytes, not 40"),
        (bytes(41), "The entry has 41 bytes, not 40"),
        (bytes(40), "A log has no position 0"),
        (b"\x80" + bytes(39), "A log has no position 9223372036854775808"),
    ],
)
def test_what_is_no_entry_is_refused(data: bytes, problem: str) -> None:
    with pytest.raises((Malformed, OutOfRange), match=problem):
        Entry.parse(data)
