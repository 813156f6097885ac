"""What is known otherwise, in words: which subjects came, and what each other field was and is.

A value is read as the type that the field of its account has, so that codes are told by the words
of their vocabulary, days as people write them, and subjects by their titles.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any, NamedTuple

import msgspec
from msgspec.json import decode

from cocreate.domain.glossary import Language, label
from cocreate.domain.vocabulary import Vocabulary
from cocreate.projections.accounts import Account, ProjectAccount
from cocreate.projections.accounts.account import Place
from cocreate.projections.difference import AccountChange
from cocreate.projections.resource import ProjectFile
from cocreate.projections.story import day_in_words
from cocreate.web.texts import texts

UNTOLD = frozenset(
    {
        "kind",
        "id",
        "position",
        "lastStepOn",
        "counts",
        "outcomes",
        "present",
        "carried",
        "against",
        "spans",
        "term",
        "suspensions",
        "frames",
        "mandates",
        "pauses",
        "assessments",
        "firstSession",
        "firstWish",
        "firstProposal",
        "firstDecision",
        "firstReport",
        "firstReflection",
    }
)
"""Fields that repeat what other fields or other accounts tell, or say nothing to people."""

_PLACES = frozenset({"position", "ended_at"})


class ChangedField(NamedTuple):
    """A field that is otherwise, in words; empty where it had or has no value."""

    name: str
    was: str
    now: str


class ChangedAccount(NamedTuple):
    """A subject, or the project itself, that is otherwise."""

    id: str
    """Empty for the project itself."""
    kind: str
    title: str
    came: bool
    went: bool
    fields: list[ChangedField]
    """Those that are told; of what came or went, none."""


def in_words(
    changes: Iterable[AccountChange],
    before: ProjectFile | None,
    after: ProjectFile,
    language: Language,
) -> list[ChangedAccount]:
    """Give changes between two files of a project in words, without those of which none is told."""
    titles = {name: account.title for name, account in after.subjects.items()}
    if before is not None:
        titles = {name: account.title for name, account in before.subjects.items()} | titles
    found = []
    for change in changes:
        fields = [] if change.came or change.went else _fields(change, titles, language)
        if fields or change.came or change.went:
            title = titles.get(change.id, change.id) if change.id else after.project.title
            found.append(
                ChangedAccount(change.id, change.kind, title, change.came, change.went, fields)
            )
    return found


def _fields(
    change: AccountChange, titles: Mapping[str, str], language: Language
) -> list[ChangedField]:
    types = _types()[change.kind]
    told = []
    for each in change.fields:
        if each.field not in UNTOLD:
            kind = types[each.field]
            was, now = (
                "" if raw is None else _said(decode(raw, type=kind), titles, language)
                for raw in (each.before, each.after)
            )
            told.append(ChangedField(each.field, was, now))
    return told


@cache
def _types() -> Mapping[str, Mapping[str, Any]]:
    """Give the type of each field of each kind of account."""
    kinds: tuple[type[Account | ProjectAccount], ...] = (*Account.__subclasses__(), ProjectAccount)
    return {
        str(kind.__struct_config__.tag): {
            field.encode_name: field.type for field in msgspec.structs.fields(kind)
        }
        for kind in kinds
    }


def _said(value: object, titles: Mapping[str, str], language: Language) -> str:
    """Give a value in words."""
    say = texts(language)
    match value:
        case None:
            return ""
        case Vocabulary():
            return label(value, language)
        case bool():
            return say("yes" if value else "no")
        case date():
            return day_in_words(value, language)
        case Place():
            return day_in_words(value.on, language)
        case str():
            return say(f"duty-{value}") if say.has(f"duty-{value}") else titles.get(value, value)
        case list() | tuple():
            return "; ".join(_said(each, titles, language) for each in value)
        case msgspec.Struct():
            fields = [
                getattr(value, name) for name in value.__struct_fields__ if name not in _PLACES
            ]
            return ", ".join(filter(None, (_said(each, titles, language) for each in fields)))
        case _:
            return str(value)
