"""The schemas of the events, as an export has them, are those of the events."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from cocreate.api.examples import STEP_EXAMPLES
from cocreate.audit.event_schemas import event_schemas, written
from cocreate.audit.schema_writing import schemas, write
from cocreate.audit.shapes import UnknownSchema, decoder_of
from cocreate.domain.steps import EVENT_OF, STEPS
from cocreate.log.codec import ALL_EVENTS


def test_every_event_has_the_schema_of_its_class() -> None:
    """Where this fails, an event has changed: ``python -m cocreate.audit.schema_writing``.

    One that is in a log somewhere needs another schema version first.
    """
    for name, schema in schemas().items():
        assert event_schemas().get(name) == written(schema), name
    assert len(schemas()) == len(ALL_EVENTS)


def test_schemas_of_earlier_versions_stay(tmp_path: Path) -> None:
    file = tmp_path / "event_schemas.json"
    file.write_bytes(b'{"WishSung.1": {"type": "object"}}')
    write(file)
    stored = msgspec.json.decode(file.read_bytes())
    assert stored["WishSung.1"] == {"type": "object"}
    assert stored.keys() == {*schemas(), "WishSung.1"}


@pytest.mark.parametrize("name", event_schemas())
def test_every_schema_can_be_checked_with(name: str) -> None:
    decoder = decoder_of(event_schemas()[name])
    with pytest.raises(msgspec.ValidationError):
        decoder.decode(b'{"somethingElse":1}')
    with pytest.raises(msgspec.DecodeError):
        decoder.decode(b"{")


def test_what_the_rules_refuse_the_schema_refuses() -> None:
    decoder = decoder_of(event_schemas()["WishExpressed.1"])
    decoder.decode(b'{"wish":"w1","title":"Licht"}')
    for data in (
        b'{"title":"Licht"}',
        b'{"wish":"w1","title":""}',
        b'{"wish":"w 1","title":"Licht"}',
        b'{"wish":"w1","title":"' + b"x" * 201 + b'"}',
        b'{"wish":"w1","title":null}',
        b'{"wish":"w1","title":"Licht","occurredOn":"2025-01-01"}',
    ):
        with pytest.raises(msgspec.ValidationError):
            decoder.decode(data)


def test_personal_data_may_be_sealed() -> None:
    """What is signed is longer than what was said, and of another form."""
    decoder = decoder_of(event_schemas()["PartyJoined.1"])
    fields = STEP_EXAMPLES["parties"]
    assert EVENT_OF[STEPS["parties"]].__name__ == "PartyJoined"
    data = {name: value for name, value in fields.items() if name != "occurredOn"}
    decoder.decode(msgspec.json.encode({"party": "p", **data, "contact": "x" * 5_000}))


@pytest.mark.parametrize(
    "schema",
    [
        b"[]",
        b"{",
        b'{"type": "object", "properties": {"a": {"$ref": "#/$defs/B"}}}',
        b'{"type": "string", "contentEncoding": "base64"}',
        b'{"type": "object", "properties": {"a": {}}, "minProperties": 1}',
        b'{"$ref": "#/$defs/A", "$defs": {"A": {"$ref": "#/$defs/A"}}}',
        b'{"type": "time"}',
    ],
)
def test_a_schema_that_asks_for_what_is_not_known_is_refused(schema: bytes) -> None:
    with pytest.raises(UnknownSchema):
        decoder_of(schema)
