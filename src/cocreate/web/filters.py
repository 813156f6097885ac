"""The fields of a filter, made from the struct that reads it: what can be chosen, and what is."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

import msgspec
from msgspec import inspect

from cocreate.domain.glossary import Language, label
from cocreate.domain.vocabulary import Vocabulary
from cocreate.web.forms.fields import bare
from cocreate.web.texts import Texts, texts


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
    info = inspect.type_info(type(narrow))
    assert isinstance(info, inspect.StructType)  # noqa: S101 - of a struct
    for field in info.fields:
        value = getattr(narrow, field.name)
        wanted, _ = bare(field.type)
        kind, options = _kind(wanted, language, field.encode_name)
        yield FilterField(
            name=field.encode_name,
            kind=kind,
            value="" if value is None else _as_text(value),
            options=options,
            required=field.default is not None,
        )


def _kind(wanted: inspect.Type, language: Language, name: str) -> tuple[str, tuple[Option, ...]]:
    say = texts(language)
    match wanted:
        case inspect.EnumType():
            return "choice", tuple(
                Option(each.value, _said(each, name, say)) for each in wanted.cls
            )
        case inspect.BoolType():
            return "choice", (Option("true", say("yes")), Option("false", say("no")))
        case inspect.DateType():
            return "day", ()
        case inspect.IntType():
            return "number", ()
        case inspect.UUIDType():
            return "kept", ()
        case _:
            return "text", ()


def _said(choice: Enum, name: str, say: Texts) -> str:
    """Give the word for a choice: of the glossary, or where it stands in none, of a page."""
    if isinstance(choice, Vocabulary):
        return label(choice, say.language)
    return say(f"{name}-{choice.value}")


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
