from collections import Counter
from itertools import groupby

import msgspec
import pytest

from cocreate.domain.glossary import CONCEPT, Language, Term, glossary, label, vocabularies
from cocreate.domain.vocabulary import DeviationGround, PublicValue, Sector, Vocabulary

CONCEPTS = [
    "municipality",
    "project",
    "wish",
    "proposal",
    "decision",
    "deviation",
    "feedback",
    "approval",
    "obstacle",
    "intervention",
    "commitment",
    "framework",
    "participation-level",
    "initiative",
    "tension",
    "mandate",
    "party",
    "session",
    "reflection",
    "advice",
    "milestone",
    "final-report",
    "suitability",
]

each_term = pytest.mark.parametrize("term", glossary(), ids=lambda t: f"{t.vocabulary}/{t.code}")


def test_every_vocabulary_is_known_by_its_kebab_name() -> None:
    defined = [
        enum for enum in Vocabulary.__subclasses__() if enum.__module__ == Vocabulary.__module__
    ]
    assert list(vocabularies().values()) == defined
    assert vocabularies()["deviation-ground"] is DeviationGround


def test_terms_and_members_match_in_order() -> None:
    terms = [(term.vocabulary, term.code) for term in glossary()]
    concepts = [(CONCEPT, code) for code in CONCEPTS]
    members = [(name, member.value) for name, enum in vocabularies().items() for member in enum]
    assert terms == concepts + members


@pytest.mark.parametrize("language", ["nl", "en"])
def test_labels_are_unique_within_a_vocabulary(language: Language) -> None:
    for name, terms in groupby(glossary(), key=lambda term: term.vocabulary):
        counts = Counter(getattr(term, language).casefold() for term in terms)
        assert [text for text, count in counts.items() if count > 1] == [], name


@each_term
def test_a_term_is_complete(term: Term) -> None:
    for text in msgspec.structs.astuple(term):
        assert text
        assert text == text.strip()
    assert term.nl != term.code
    for definition in (term.definition_nl, term.definition_en):
        assert definition[0].isupper()
        assert definition.endswith(".")
        assert ". " not in definition
        assert len(definition) <= 200
    assert term.definition_nl != term.definition_en


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_member_has_its_own_label(language: Language) -> None:
    by_code = {(term.vocabulary, term.code): term for term in glossary()}
    for name, enum in vocabularies().items():
        for member in enum:
            assert label(member, language) == getattr(by_code[name, member.value], language)


def test_the_same_code_reads_differently_by_vocabulary() -> None:
    assert label(Sector.OTHER, "nl") == "ander onderwerp"
    assert label(DeviationGround.OTHER, "nl") == "andere reden"
    assert label(PublicValue.PRIVACY, "en") == "privacy"


def test_a_term_is_camel_case_in_json() -> None:
    term = glossary()[0]
    assert msgspec.json.decode(msgspec.json.encode(term)) == {
        "vocabulary": "concept",
        "code": "municipality",
        "nl": term.nl,
        "en": term.en,
        "definitionNl": term.definition_nl,
        "definitionEn": term.definition_en,
    }


def test_the_glossary_is_made_once() -> None:
    assert glossary() is glossary()
