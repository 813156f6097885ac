"""Query parameters that a route declares as a struct: read all at once, and told to OpenAPI."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar, get_type_hints

import msgspec
from litestar import Request

from cocreate.api.problems import FieldError, Problem

S = TypeVar("S", bound=msgspec.Struct)

Checks = Mapping[str, Callable[[str], object]]
"""What looks further at the text of a parameter, by the name of its field.

A struct has them as ``CHECKS``; each raises :class:`ValueError` for a text that is wrong.
"""


def read_query(request: Request[Any, Any, Any], *structs: type[msgspec.Struct]) -> list[Any]:
    """Give the query parameters as structs, each parameter a field of one of them.

    Raises :class:`Problem` that names every parameter that is wrong, or that is none.
    """
    if not request.scope["query_string"] and all(map(_by_default, structs)):
        return [_by_default(struct) for struct in structs]
    return read_items(request.query_params.multi_items(), *structs)


def read_items(items: Iterable[tuple[str, str]], *structs: type[msgspec.Struct]) -> list[Any]:
    """Give names and values as structs, in the same way, and with the same problem."""
    given: dict[str, list[str]] = {}
    for name, value in items:
        given.setdefault(name, []).append(value)
    wrong: list[FieldError] = []
    read = [_read(struct, given, wrong) for struct in structs]
    known = {parameter.name for struct in structs for parameter in _parameters(struct)}
    wrong += [
        FieldError(name, "unknown-parameter", source="query") for name in given if name not in known
    ]
    if wrong:
        raise Problem("invalid-input", errors=wrong)
    return [struct(**fields) for struct, fields in zip(structs, read, strict=True)]


class _Parameter(msgspec.Struct, frozen=True):
    """A field of a struct as a parameter."""

    field: str
    name: str
    type: Any
    required: bool
    check: Callable[[str], object] | None


@cache
def _parameters(struct: type[msgspec.Struct]) -> Sequence[_Parameter]:
    hints = get_type_hints(struct, include_extras=True)
    checks: Checks = getattr(struct, "CHECKS", {})
    return [
        _Parameter(
            field.name,
            field.encode_name,
            hints[field.name],
            field.required,
            checks.get(field.name),
        )
        for field in msgspec.structs.fields(struct)
    ]


@cache
def _by_default(struct: type[msgspec.Struct]) -> msgspec.Struct | None:
    """Give a struct for which nothing was sent; None where something must be."""
    required = any(parameter.required for parameter in _parameters(struct))
    return None if required else struct()


def _read(
    struct: type[msgspec.Struct], given: Mapping[str, Sequence[str]], wrong: list[FieldError]
) -> dict[str, object]:
    fields: dict[str, object] = {}
    for parameter in _parameters(struct):
        name = parameter.name
        values = given.get(name)
        if values is None:
            if parameter.required:
                wrong.append(FieldError(name, "required", source="query"))
            continue
        try:
            if len(values) > 1 or "\0" in values[0]:
                raise ValueError(name)
            fields[parameter.field] = msgspec.convert(values[0], parameter.type, strict=False)
            if parameter.check is not None:
                parameter.check(values[0])
        except (ValueError, OverflowError):
            wrong.append(FieldError(name, "invalid", {"problem": name}, source="query"))
    return fields


def parameters_of(struct: type[msgspec.Struct]) -> list[dict[str, Any]]:
    """Give the query parameters that a struct declares, as OpenAPI has them."""
    _, components = msgspec.json.schema_components([struct], ref_template="{name}")
    schema = components[struct.__name__]
    parameters = []
    for name, described in schema["properties"].items():
        inlined = _inlined(described, components)
        description = inlined.pop("description", None)
        inlined.pop("default", None)
        parameter = {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "schema": inlined,
        }
        if description:
            parameter["description"] = description
        parameters.append(parameter)
    return parameters


def _inlined(schema: Mapping[str, Any], components: Mapping[str, Any]) -> dict[str, Any]:
    """Give the schema of a parameter without references, and without its being absent."""
    options = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    if len(options) == 1:
        rest = {name: value for name, value in schema.items() if name != "anyOf"}
        return {**_inlined(options[0], components), **rest}
    if "$ref" in schema:
        rest = {name: value for name, value in schema.items() if name != "$ref"}
        referred = {
            name: value
            for name, value in components[schema["$ref"]].items()
            if name not in ("title", "description")
        }
        return {**referred, **rest}
    return dict(schema)
