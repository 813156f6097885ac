"""The catalogues: the same texts in both languages, all that templates say, in short sentences."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from fluent.syntax import FluentParser, ast

from cocreate.web.texts import LANGUAGES, MissingText, texts

WEB = Path(str(files("cocreate.web")))
SAID = re.compile(r"""\bt\(\s*["']([a-z][\w-]*)["']\s*[,)]""")
BEGUN = re.compile(r"""\bt\(\s*["']([a-z][\w-]*-)["']\s*~""")
CODE = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
MOST_WORDS = 20
"""How many words a sentence for residents has at most (level B1)."""

AVERAGE_WORDS = 12
PLAIN = 65
VOWELS = re.compile(r"aai|ooi|oei|eeu|ieu|aa|ee|oo|uu|ie|oe|eu|ui|ij|ei|au|ou|[aeiouy]")
"""What a syllable of Dutch has one of."""


def messages(language: str) -> dict[str, ast.Message]:
    """Give the messages of all catalogues of a language."""
    found: dict[str, ast.Message] = {}
    for file in sorted((WEB / "texts" / language).glob("*.ftl")):
        for entry in FluentParser().parse(file.read_text(encoding="utf-8")).body:
            assert not isinstance(entry, ast.Junk), (file.name, entry.content)
            if isinstance(entry, ast.Message):
                assert entry.id.name not in found, f"{entry.id.name} stands twice"
                found[entry.id.name] = entry
    return found


def variables(node: ast.Message) -> set[str]:
    """Give what is filled in in a message."""
    return {
        each["id"]["name"]
        for each in _nodes(node.to_json())
        if each.get("type") == "VariableReference"
    }


def _nodes(value: object) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        return [value, *(each for part in value.values() for each in _nodes(part))]
    if isinstance(value, list):
        return [each for part in value for each in _nodes(part)]
    return []


def test_every_text_is_there_in_every_language_and_is_filled_in_alike() -> None:
    dutch, english = messages("nl"), messages("en")
    assert dutch.keys() == english.keys()
    assert {name for name in dutch if variables(dutch[name]) != variables(english[name])} == set()


def test_every_text_that_a_template_says_is_there() -> None:
    known = messages("nl").keys()
    for file in WEB.rglob("*.jinja"):
        source = file.read_text(encoding="utf-8")
        assert {*SAID.findall(source)} <= known, file.name
        for begun in BEGUN.findall(source):
            assert any(name.startswith(begun) for name in known), (file.name, begun)


def test_templates_say_nothing_in_words_of_their_own() -> None:
    for file in WEB.rglob("*.jinja"):
        source = CODE.sub("", file.read_text(encoding="utf-8"))
        between = re.sub(r"<[^>]*>", " ", source)
        assert not re.search(r"[A-Za-z]{2,}", between), (file.name, between.strip())
        named = re.findall(r'\b(?:aria-label|title|placeholder|alt)="([^"]*)"', source)
        assert not any(re.search(r"[A-Za-z]{2,}", each) for each in named), (file.name, named)


def test_sentences_for_residents_are_short() -> None:
    for name, message in messages("nl").items():
        for text in (each["value"] for each in _nodes(message.to_json()) if "value" in each):
            if isinstance(text, str):
                for sentence in re.split(r"[.?!:]\s", text):
                    assert len(sentence.split()) <= MOST_WORDS, (name, sentence)


def test_what_residents_read_is_plain() -> None:
    """As the formula of Flesch, made for Dutch by Douma, tells it: 60 to 70 is plain (B1)."""
    said = [
        sentence
        for message in messages("nl").values()
        for each in _nodes(message.to_json())
        if each.get("type") == "TextElement"
        for sentence in re.findall(r"[A-Z][^.?!]*[.?!]", each["value"])
    ]
    words = [word for sentence in said for word in re.findall(r"[a-z]+", sentence.lower())]
    assert len(words) > 300
    syllables = sum(max(1, len(VOWELS.findall(word))) for word in words)
    a_sentence = len(words) / len(said)
    assert a_sentence < AVERAGE_WORDS
    assert 206.84 - 77 * syllables / len(words) - 0.93 * a_sentence >= PLAIN


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_number_chooses_between_one_and_many(language: str) -> None:
    say = texts("nl" if language == "nl" else "en")
    assert say("days", count=1).startswith("1 ")
    assert say("days", count=1)[2:] != say("days", count=2)[2:]
    assert say("project-in-short", wishes=0, decisions=0, deviations=0, owed=0)


def test_a_text_that_is_missing_or_lacks_something_is_no_text() -> None:
    say = texts("nl")
    with pytest.raises(MissingText):
        say("no-such-text")
    with pytest.raises(MissingText):
        say("days")
