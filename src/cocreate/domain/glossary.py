"""What every word means, in Dutch and in English.

The vocabularies give the codes; the labels and definitions here are what people read. The texts
themselves stand in :mod:`cocreate.domain.glossary_terms`.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Literal

import msgspec

from cocreate.domain import vocabulary as words
from cocreate.domain.glossary_terms import TERMS
from cocreate.domain.vocabulary import Vocabulary

Language = Literal["nl", "en"]

CONCEPT = "concept"


class Term(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One word: its code in a vocabulary, and its label and definition in both languages."""

    vocabulary: str
    code: str
    nl: str
    en: str
    definition_nl: str
    definition_en: str


@cache
def vocabularies() -> Mapping[str, type[Vocabulary]]:
    """Give every vocabulary by its name in kebab-case, such as ``deviation-ground``."""
    enums = (
        item
        for item in vars(words).values()
        if isinstance(item, type) and issubclass(item, Vocabulary) and item is not Vocabulary
    )
    return MappingProxyType({_kebab(enum.__name__): enum for enum in enums})


@cache
def glossary() -> tuple[Term, ...]:
    """Give all terms: first the concepts, then each vocabulary in the order of its members."""
    return tuple(term for name, table in TERMS.items() for term in _read(name, table))


def label(member: Vocabulary, language: Language) -> str:
    """Give the word people read for a member."""
    term = _by_member()[type(member), member.value]
    return term.nl if language == "nl" else term.en


def definition(member: Vocabulary, language: Language) -> str:
    """Give in a sentence what a member means."""
    term = _by_member()[type(member), member.value]
    return term.definition_nl if language == "nl" else term.definition_en


@cache
def _by_member() -> dict[tuple[type[Vocabulary], str], Term]:
    # Members of different vocabularies may be equal as text, so the type is part of the key.
    enums = vocabularies()
    return {
        (enums[term.vocabulary], term.code): term
        for term in glossary()
        if term.vocabulary != CONCEPT
    }


def _read(name: str, table: str) -> Iterator[Term]:
    lines = table.strip().splitlines()
    for code, dutch, english in zip(lines[::3], lines[1::3], lines[2::3], strict=True):
        nl, definition_nl = dutch.strip().split(": ", 1)
        en, definition_en = english.strip().split(": ", 1)
        yield Term(
            vocabulary=name,
            code=code,
            nl=nl,
            en=en,
            definition_nl=definition_nl,
            definition_en=definition_en,
        )


def _kebab(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()
