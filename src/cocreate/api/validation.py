"""Every error in a body at once.

The decoder stops at the first error. When it does, the body is walked again beside the type it
should have, this time to the end. This is slow, and only done for input that is refused anyway.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any

import msgspec
from msgspec import inspect

from cocreate.api.problems import FieldError

MAX_ERRORS = 100
"""How many errors are told at most."""

_INVALID_JSON = (msgspec.DecodeError, UnicodeDecodeError, ValueError)


def errors_in(body: bytes, wanted: type[msgspec.Struct]) -> list[FieldError]:
    """Find what is wrong with a body that should be of a type."""
    try:
        value = msgspec.json.decode(body)
    except RecursionError:
        return [FieldError("", "too-deep")]
    except _INVALID_JSON as problem:
        return [FieldError("", "invalid-json", {"problem": str(problem)})]
    found = []
    try:
        for error in _walk("", value, _type_info(wanted)):
            found.append(error)
            if len(found) == MAX_ERRORS:
                break
    except RecursionError:
        return [FieldError("", "too-deep")]
    return found or _as_told(body, wanted)


def _as_told(body: bytes, wanted: type[msgspec.Struct]) -> list[FieldError]:
    """Give the first error in the words of the decoder: for what the walk does not know."""
    try:
        msgspec.json.decode(body, type=wanted)
    except (*_INVALID_JSON, RecursionError) as problem:
        reason, _, place = str(problem).partition(" - at `$")
        pointer = "".join(
            f"/{part}" for part in re.findall(r"[^.\[\]`]+", place.replace("[...]", ""))
        )
        return [FieldError(pointer, "invalid", {"problem": reason})]
    return []


@cache
def _type_info(wanted: type[msgspec.Struct]) -> inspect.Type:
    return inspect.type_info(wanted)


def _walk(at: str, value: object, wanted: inspect.Type) -> Iterator[FieldError]:
    match wanted:
        case inspect.Metadata(type=inner):
            yield from _walk(at, value, inner)
        case inspect.AnyType() | inspect.RawType() | inspect.CustomType():
            pass
        case inspect.UnionType():
            yield from _walk_union(at, value, wanted)
        case inspect.StructType():
            yield from _walk_struct(at, value, wanted)
        case inspect.VarTupleType() | inspect.ListType():
            yield from _walk_list(at, value, wanted)
        case inspect.DictType():
            yield from _walk_dict(at, value, wanted)
        case _:
            yield from _walk_leaf(at, value, wanted)


def _walk_union(at: str, value: object, wanted: inspect.UnionType) -> Iterator[FieldError]:
    members = [
        member.type if isinstance(member, inspect.Metadata) else member for member in wanted.types
    ]
    if value is None and any(isinstance(member, inspect.NoneType) for member in members):
        return
    members = [member for member in members if not isinstance(member, inspect.NoneType)]
    tagged = {member.tag: member for member in members if isinstance(member, inspect.StructType)}
    if len(members) == 1:
        yield from _walk(at, value, members[0])
    elif len(tagged) == len(members):
        yield from _walk_tagged(at, value, tagged)
    else:
        tries = [list(_walk(at, value, member)) for member in members]
        if all(tries):
            yield from min(tries, key=len)


def _walk_tagged(
    at: str, value: object, tagged: Mapping[Any, inspect.StructType]
) -> Iterator[FieldError]:
    """Walk beside the one of several structs that the value says it is."""
    field = next(iter(tagged.values())).tag_field or "type"
    if not isinstance(value, dict):
        yield FieldError(at, "wrong-type", {"expected": "object"})
    elif field not in value:
        yield FieldError(f"{at}/{field}", "required")
    elif not isinstance(value[field], str) or value[field] not in tagged:
        choices = ", ".join(sorted(str(tag) for tag in tagged))
        yield FieldError(f"{at}/{field}", "not-in-list", {"choices": choices})
    else:
        yield from _walk_struct(at, value, tagged[value[field]])


def _walk_struct(at: str, value: object, wanted: inspect.StructType) -> Iterator[FieldError]:
    if not isinstance(value, dict):
        yield FieldError(at, "wrong-type", {"expected": "object"})
        return
    fields = {field.encode_name: field for field in wanted.fields}
    for name, field in fields.items():
        if name in value:
            yield from _walk(f"{at}/{_escaped(name)}", value[name], field.type)
        elif field.required:
            yield FieldError(f"{at}/{_escaped(name)}", "required")
    if wanted.forbid_unknown_fields:
        for name in value:
            if name not in fields and name != wanted.tag_field:
                yield FieldError(f"{at}/{_escaped(name)}", "unknown-field")


def _walk_list(
    at: str, value: object, wanted: inspect.VarTupleType | inspect.ListType
) -> Iterator[FieldError]:
    if not isinstance(value, list):
        yield FieldError(at, "wrong-type", {"expected": "array"})
        return
    yield from _bounds(at, len(value), wanted.min_length, wanted.max_length)
    for number, item in enumerate(value):
        yield from _walk(f"{at}/{number}", item, wanted.item_type)


def _walk_dict(at: str, value: object, wanted: inspect.DictType) -> Iterator[FieldError]:
    if not isinstance(value, dict):
        yield FieldError(at, "wrong-type", {"expected": "object"})
        return
    yield from _bounds(at, len(value), wanted.min_length, wanted.max_length)
    for name, item in value.items():
        yield from _walk(f"{at}/{_escaped(name)}", name, wanted.key_type)
        yield from _walk(f"{at}/{_escaped(name)}", item, wanted.value_type)


def _walk_leaf(at: str, value: object, wanted: inspect.Type) -> Iterator[FieldError]:
    find = _LEAVES.get(type(wanted))
    if find is not None:
        yield from find(at, value, wanted)


def _in_text(at: str, value: object, wanted: inspect.StrType) -> Iterator[FieldError]:
    if not isinstance(value, str):
        yield FieldError(at, "wrong-type", {"expected": "string"})
        return
    yield from _bounds(at, len(value), wanted.min_length, wanted.max_length)
    if wanted.pattern is not None and not re.search(wanted.pattern, value):
        yield FieldError(at, "wrong-pattern", {"pattern": wanted.pattern})


def _in_integer(at: str, value: object, wanted: inspect.IntType) -> Iterator[FieldError]:
    if not isinstance(value, int) or isinstance(value, bool):
        yield FieldError(at, "wrong-type", {"expected": "integer"})
        return
    if wanted.ge is not None and value < wanted.ge:
        yield FieldError(at, "too-small", {"limit": wanted.ge})
    if wanted.le is not None and value > wanted.le:
        yield FieldError(at, "too-large", {"limit": wanted.le})


def _in_boolean(at: str, value: object, _: inspect.BoolType) -> Iterator[FieldError]:
    if not isinstance(value, bool):
        yield FieldError(at, "wrong-type", {"expected": "boolean"})


def _in_enum(at: str, value: object, wanted: inspect.EnumType) -> Iterator[FieldError]:
    yield from _in_choices(at, value, [member.value for member in wanted.cls])


def _in_literal(at: str, value: object, wanted: inspect.LiteralType) -> Iterator[FieldError]:
    yield from _in_choices(at, value, wanted.values)


def _in_choices(at: str, value: object, choices: Iterable[object]) -> Iterator[FieldError]:
    if value not in choices:
        told = ", ".join(str(choice) for choice in choices)
        yield FieldError(at, "not-in-list", {"choices": told})


def _in_date(at: str, value: object, _: inspect.DateType) -> Iterator[FieldError]:
    if not isinstance(value, str) or not _converts(value, date):
        yield FieldError(at, "not-a-date")


def _in_moment(at: str, value: object, wanted: inspect.DateTimeType) -> Iterator[FieldError]:
    kind = Annotated[datetime, msgspec.Meta(tz=wanted.tz)]
    if not isinstance(value, str) or not _converts(value, kind):
        yield FieldError(at, "not-a-moment")


_LEAVES: Mapping[type[inspect.Type], Callable[[str, object, Any], Iterator[FieldError]]] = {
    inspect.StrType: _in_text,
    inspect.IntType: _in_integer,
    inspect.BoolType: _in_boolean,
    inspect.EnumType: _in_enum,
    inspect.LiteralType: _in_literal,
    inspect.DateType: _in_date,
    inspect.DateTimeType: _in_moment,
}
"""What no list here finds wrong is told in the words of the decoder."""


def _bounds(
    at: str, length: int, shortest: int | None, longest: int | None
) -> Iterator[FieldError]:
    if shortest is not None and length < shortest:
        yield FieldError(at, "too-short", {"limit": shortest})
    if longest is not None and length > longest:
        yield FieldError(at, "too-long", {"limit": longest})


def _converts(value: str, wanted: Any) -> bool:  # noqa: ANN401 - any type msgspec knows
    try:
        msgspec.convert(value, wanted)
    except msgspec.ValidationError:
        return False
    return True


def _escaped(name: str) -> str:
    """Give a name as it stands in a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")
