"""Checking data against the JSON Schema of its event: a schema is made into a decoder.

What our schemas use of JSON Schema (draft 2020-12) is known here, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import reduce
from operator import attrgetter, or_
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

Schema = Mapping[str, Any]

_TOLD = {"$schema", "$defs", "title", "description", "default"}
"""What a schema says without asking anything of the data."""
_PLAIN: Mapping[str, Any] = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "null": None,
}
_FORMATS: Mapping[str, Any] = {"date": date, "date-time": datetime, "uuid": UUID}
_LIMITS = {
    "minLength": "min_length",
    "maxLength": "max_length",
    "minItems": "min_length",
    "maxItems": "max_length",
    "minProperties": "min_length",
    "maxProperties": "max_length",
    "minimum": "ge",
    "maximum": "le",
    "pattern": "pattern",
}


_NO_TEXT = frozenset({None, UNSET})
_NO_NUL = "^[^\\u0000]*$"
"""The pattern of most texts. JSON can spell what it forbids in one way only."""


class UnknownSchema(ValueError):  # noqa: N818 - what is found
    """A schema asks for something that is not known here."""


def decoder_of(schema: bytes) -> msgspec.json.Decoder[Any]:
    """Give a decoder that takes what a schema allows, and nothing else.

    Raises :class:`UnknownSchema`. The decoder raises msgspec's ``DecodeError``, of which
    ``ValidationError`` is one.
    """
    try:
        document = msgspec.json.decode(schema)
        return msgspec.json.Decoder(_Types(document.get("$defs", {})).of(document))
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as problem:
        message = f"This schema cannot be used: {problem}"
        raise UnknownSchema(message) from None


class Shape:
    """What a schema allows, to check data against: one by one, or many at once.

    That is several times as fast. What costs most is a pattern, which is then asked of each text
    once, however often it occurs.
    """

    def __init__(self, schema: bytes) -> None:
        """Read a schema; raises :class:`UnknownSchema`."""
        self.read = decoder_of(schema).decode
        document = msgspec.json.decode(schema)
        self._patterns: list[tuple[Callable[[Any], Any], Callable[[Any], object]]] = []
        properties = document.get("properties", {})
        eased = {name: self._eased(f"f{n}", properties[name]) for n, name in enumerate(properties)}
        kind = _Types(document.get("$defs", {})).of({**document, "properties": eased})
        self._decoder = msgspec.json.Decoder(list[kind])  # type: ignore[valid-type]

    def fit(self, joined: bytes) -> bool:
        """Tell whether the schema plainly allows all of these, with commas between them.

        Each must be JSON by itself.
        """
        if b"\\u0000" in joined:
            return False  # or so it seems: whether it is a NUL shows when they are read one by one
        try:
            read = self._decoder.decode(b"[%b]" % joined)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return False
        return all(
            all(map(matches, set(map(of, read)) - _NO_TEXT)) for of, matches in self._patterns
        )

    def _eased(self, field: str, schema: Schema) -> Schema:
        """Give the schema of a property without its pattern, which is kept for afterwards."""
        if "pattern" in schema:
            if schema["pattern"] != _NO_NUL:
                self._patterns.append((attrgetter(field), re.compile(schema["pattern"]).search))
            return {name: value for name, value in schema.items() if name != "pattern"}
        match schema.get("anyOf"):
            case [{"type": "string"} as text, {"type": "null"} as null]:
                return {**schema, "anyOf": [self._eased(field, text), null]}
        return schema


class _Types:
    """The types that schemas stand for."""

    def __init__(self, definitions: Schema) -> None:
        self._definitions = definitions
        self._known: dict[str, Any] = {}

    def of(self, schema: Schema) -> Any:  # noqa: ANN401 - a type
        asked = {name: value for name, value in schema.items() if name not in _TOLD}
        if "$ref" in asked:
            return self._named(asked["$ref"].removeprefix("#/$defs/"))
        if "enum" in asked:
            return Literal[tuple(asked["enum"])]
        if "anyOf" in asked:
            return reduce(or_, [self._joinable(each) for each in asked["anyOf"]])
        if not asked:
            return Any
        kind = asked.pop("type")
        if kind == "object":
            return self._object(asked, str(schema.get("title", "Object")))
        if kind == "array":
            return _limited(list[self.of(asked.pop("items", {}))], asked)  # type: ignore[misc]
        if "format" in asked:
            return _limited(_FORMATS[asked.pop("format")], asked)
        return _limited(_PLAIN[kind], asked)

    def _named(self, name: str) -> Any:  # noqa: ANN401
        if name not in self._known:
            self._known[name] = self.of(self._definitions[name])
        return self._known[name]

    def _joinable(self, schema: Schema) -> Any:  # noqa: ANN401
        found = self.of(schema)
        return type(None) if found is None else found

    def _object(self, asked: dict[str, Any], title: str) -> Any:  # noqa: ANN401
        further = asked.pop("additionalProperties", True)
        properties = asked.pop("properties", {})
        required = asked.pop("required", [])
        if not properties:
            names = self.of({"type": "string", **asked.pop("propertyNames", {})})
            values = {} if further is True else further
            return _limited(dict[names, self.of(values)], asked)  # type: ignore[misc, valid-type]
        if asked or not isinstance(further, bool):
            message = f"{title} asks for {', '.join(asked) or 'some other properties'}"
            raise UnknownSchema(message)
        fields: list[Any] = []
        for number, (name, value) in enumerate(properties.items()):
            kind = self.of(value)
            told = (f"f{number}", kind)
            fields.append(told if name in required else (told[0], kind | UnsetType, UNSET))
        return msgspec.defstruct(
            title,
            fields,
            kw_only=True,
            rename={f"f{number}": name for number, name in enumerate(properties)},
            forbid_unknown_fields=not further,
            gc=False,  # there are very many, and JSON does not refer back
        )


def _limited(kind: Any, asked: dict[str, Any]) -> Any:  # noqa: ANN401
    if not asked:
        return kind
    unknown = asked.keys() - _LIMITS.keys()
    if unknown:
        message = f"It asks for {', '.join(sorted(unknown))}"
        raise UnknownSchema(message)
    limits: dict[str, Any] = {_LIMITS[name]: value for name, value in asked.items()}
    return Annotated[kind, Meta(**limits)]
