"""The fields of a filter, made from the struct that reads it: what can be chosen, and what is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec

from cocreate.domain.glossary import Language, label
from cocreate.domain.vocabulary import Vocabulary
from cocreate.web.texts import texts


class Option(msgspec.Struct, frozen=True):
    """A value that can be chosen."""

    value: str
    said: str


class FilterField(msgspec.Struct, frozen=True, kw_only=True):
    """A field of a form that narrows what is shown."""

    name: str
    """The query parameter."""
    kind: str
    """How it is filled in: ``choice``, ``day``, ``number``, ``text``, or not at all: ``kept``."""
    value: str
    options: tuple[Option, ...] = ()
    required: bool = False
    """Whether one of the options is always chosen."""


def fields_of(*narrowed: msgspec.Struct, language: Language) -> list[FilterField]:
    """Give the fields of filters, filled in as they are."""
    return [field for each in narrowed for field in _fields(each, language)]


def _fields(narrow: msgspec.Struct, language: Language) -> Iterator[FilterField]:
    hints = get_type_hints(type(narrow), include_extras=True)
    for field in msgspec.structs.fields(narrow):
        value = getattr(narrow, field.name)
        said = "" if value is None else _as_text(value)
        kind, options = _kind(_plain(hints[field.name]), language, field.encode_name)
        yield FilterField(
            name=field.encode_name,
            kind=kind,
            value=said,
            options=options,
            required=field.default is not None,
        )


def _kind(plain: type, language: Language, name: str) -> tuple[str, tuple[Option, ...]]:
    say = texts(language)
    if issubclass(plain, Vocabulary):
        return "choice", tuple(Option(each.value, label(each, language)) for each in plain)
    if issubclass(plain, Enum):
        return "choice", tuple(Option(str(each), say(f"{name}-{each}")) for each in plain)
    if plain is bool:
        return "choice", (Option("true", say("yes")), Option("false", say("no")))
    if plain is date:
        return "day", ()
    if plain is int:
        return "number", ()
    return ("kept" if plain is UUID else "text"), ()


def _plain(hint: object) -> type:
    """Give the type of a hint without its being absent, and without what is said of it."""
    while get_origin(hint) in (Annotated, Union, UnionType):
        hint = next(each for each in get_args(hint) if each is not NoneType)
    assert isinstance(hint, type)  # noqa: S101 - a parameter is text, number, day or choice
    return hint


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
