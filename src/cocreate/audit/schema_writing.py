"""Writing down the schemas of the events of this release.

Run it as ``python -m cocreate.audit.schema_writing``. Those of earlier versions, which no class
has any more, stay as they are.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import msgspec

from cocreate.domain.steps.base import ENVELOPE, Event, personal_fields
from cocreate.log.codec import ALL_EVENTS

FILE = Path(__file__).with_name("event_schemas.json")


def schemas() -> dict[str, Any]:
    """Give the schema of every event of this release, by type and version."""
    return {
        f"{name}.{kind.schema_version}": schema_of(kind)
        for name, kind in sorted(ALL_EVENTS.items())
    }


def schema_of(kind: type[Event]) -> dict[str, Any]:
    """Give the schema of what is stored of a type of event: its fields without the envelope."""
    found = msgspec.json.schema(kind, schema_hook=_anything)
    definitions = found["$defs"]
    own = definitions.pop(kind.__name__)
    struct = cast("type[msgspec.Struct]", kind)
    names = {field.name: field.encode_name for field in msgspec.structs.fields(struct)}
    properties = own["properties"]
    for name in ENVELOPE:
        properties.pop(names[name], None)
    for name in personal_fields(kind):  # type: ignore[arg-type] # mypy: a class is hashable
        # What is stored may be sealed: longer than what was said, and of another form. What a
        # correction changes may be anything already.
        if properties[names[name]].get("type") != "object":
            properties[names[name]] = {"anyOf": [{"type": "string"}, {"type": "null"}]}
    own["required"] = [name for name in own.get("required", ()) if name in properties]
    used = _used(own, definitions)
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **own}
    kept = {name: each for name, each in definitions.items() if name in used}
    return {**schema, "$defs": kept} if kept else schema


def write(file: Path = FILE) -> None:
    """Write the schemas beside those of earlier versions."""
    stored = msgspec.json.decode(file.read_bytes()) if file.exists() else {}
    every = dict(sorted({**stored, **schemas()}.items()))
    file.write_bytes(msgspec.json.format(msgspec.json.encode(every), indent=1) + b"\n")


def _used(schema: object, definitions: dict[str, Any]) -> set[str]:
    """Give the names of the definitions that a schema comes to."""
    found: set[str] = set()
    left = [schema]
    while left:
        match left.pop():
            case {"$ref": str(ref)}:
                name = ref.removeprefix("#/$defs/")
                if name not in found:
                    found.add(name)
                    left.append(definitions[name])
            case dict() as each:
                left += each.values()
            case list() as each:
                left += each
    return found


def _anything(kind: type) -> dict[str, Any]:
    """Give the schema of what may be anything, such as a corrected field: it asks for nothing."""
    if kind is object:
        return {"title": "Anything"}
    raise NotImplementedError(kind)


if __name__ == "__main__":
    write()
