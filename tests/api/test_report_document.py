"""The document of a participation report: whatever was told, it is whole, and in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise
from string import Formatter
from typing import get_args

import pytest
from tests.domain.project.told import INTERNAL, Told, outcome
from tests.projections.filed import ENDS, anything, report_of, told_all

from cocreate.api.report_page import page
from cocreate.api.report_texts import SECTIONS, TEXTS
from cocreate.domain.glossary import Language
from cocreate.domain.steps import approvals, commitments, course, decisions, obstacles, wishes
from cocreate.domain.vocabulary import Outcome
from cocreate.projections.known import Audience
from cocreate.projections.report_parts import Answered, Difference
from cocreate.projections.story_texts import WAITING

LANGUAGES: tuple[Language, ...] = get_args(Language)
VOID = {"meta", "br", "link", "hr", "col"}
HOSTILE = (
    """</dd></article><img src=x onerror=alert(1)><a href="https://kwaad.test">&lt;{{ 7*7 }}'"""
)
TOLD: Mapping[str, Callable[[], Told]] = {
    "empty": Told,
    "everything": told_all,
    "stopped": partial(told_all, ENDS[1]),
    **{f"history {seed}": partial(anything, seed) for seed in range(4)},
}
"""Projects by what they are, each told when it is asked for."""


class Read(HTMLParser):
    """What a document says, and how it is built: whatever is not closed in its order fails."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(document)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(attrs) == len(dict(attrs)), attrs
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)
            self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        for tag in self._open:
            self.texts[tag][-1] += data

    def those(self, *names: str) -> Iterator[dict[str, str | None]]:
        return (attrs for tag, attrs in self.tags if tag in names)


def read(told: Told, language: Language, audience: Audience = Audience.INTERNAL) -> Read:
    return Read(page(report_of(told, audience), language))


@pytest.fixture(scope="module", params=TOLD)
def told(request: pytest.FixtureRequest) -> Told:
    return TOLD[request.param]()


@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_document_is_whole_whatever_was_told(
    told: Told, language: Language, audience: Audience
) -> None:
    document = read(told, language, audience)
    assert document.tags[0] == ("html", {"lang": language})
    levels = [int(tag[1]) for tag, _ in document.tags if tag in {"h1", "h2", "h3", "h4"}]
    assert (levels[0], levels.count(1)) == (1, 1)
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    names = [attrs["id"] for attrs in document.those("h2") if attrs["id"] != "contents"]
    assert names == list(SECTIONS)
    headings = [f"section_{name}" for name in SECTIONS]
    assert document.texts["h2"] == [TEXTS[language][name] for name in ("contents", *headings)]
    assert [attrs["href"] for attrs in document.those("a")] == [f"#{name}" for name in SECTIONS]


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_have_a_caption_and_headers_that_say_what_they_head(
    told: Told, language: Language
) -> None:
    document = read(told, language)
    tags = [tag for tag, _ in document.tags]
    after_table = [following for tag, following in pairwise(tags) if tag == "table"]
    assert set(after_table) <= {"caption"}
    assert all(text.strip() for text in document.texts.get("caption", ()))
    assert {attrs.get("scope") for attrs in document.those("th")} <= {"col", "row"}
    assert all(text.strip() for text in document.texts.get("th", ()))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_document_asks_nothing_of_another_server_and_runs_nothing(
    told: Told, language: Language
) -> None:
    document = read(told, language)
    tags = {tag for tag, _ in document.tags}
    assert not tags & {"script", "img", "iframe", "form", "object", "embed", "link", "base"}
    for _, attrs in document.tags:
        assert not {"src", "srcset", "style", "action", "ping"} & attrs.keys()
        assert not any(name.startswith("on") for name in attrs)
    [style] = document.texts["style"]
    assert "url(" not in style
    assert "@import" not in style


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_has_a_gap(told: Told, language: Language) -> None:
    document = read(told, language)
    [body] = document.texts["body"]
    for gap in ("None", "{", "}", "()", '""', "Undefined", "&amp;", "&lt;"):
        assert gap not in body, gap
    assert all(text.strip() for tag in ("dt", "dd", "li", "p") for text in document.texts[tag])


def telling(word: str) -> Told:
    """Tell a project in which people wrote one word wherever they could."""
    told = Told(title=word, summary=word, department=word, place=word)
    told.wishes("w1", "w2", title=word, text=word, place=word, theme=word)
    told.say(wishes.MergeWishes, wishes=("w1", "w2"), into="w12", title=word)
    told.say(wishes.SubmitProposal, proposal="v1", title=word, answers=("w12",))
    told.decide(outcome("v1", Outcome.ADOPTED, motivation=word), title=word, body_name=word)
    told.say(decisions.GiveFeedback, about=("w12",), text=word)
    told.say(decisions.RecordDeviation, subjects=("w12",), motivation=word, alternatives=(word,))
    told.say(obstacles.RaiseObstacle, obstacle="h1", title=word, text=word, department=word)
    told.say(obstacles.TryIntervention, title=word, obstacles=("h1",))
    told.say(approvals.RequestApproval, title=word, authority=word)
    told.say(commitments.MakeCommitment, title=word, by=word, to=word)
    told.say(course.SetFramework, fixed=(word, word), open=(word,), before=word)
    told.say(course.HoldSession, title=word, reached=(word,), missed=(f"niet {word}",))
    told.say(course.DeliverFinalReport, title=word, to=(word,), differs_from_plan=word)
    told.say(commitments.RecordReflection, title=word, text=word)
    return told


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_people_wrote_is_escaped_wherever_it_stands(language: Language) -> None:
    hostile, plain = read(telling(HOSTILE), language), read(telling("onschuldig"), language)
    assert hostile.tags == plain.tags
    assert [text.replace(HOSTILE, "onschuldig") for text in hostile.texts["body"]] == (
        plain.texts["body"]
    )
    assert hostile.texts["body"][0].count(HOSTILE) > 40


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_not_recorded_is_said_to_be_so(language: Language) -> None:
    told = Told()
    told.say(course.HoldSession)
    texts = read(told, language).texts["section"][SECTIONS.index("reach")]
    for name in ("invited", "attended", "reached", "missed"):
        assert f"{TEXTS[language][name]}{TEXTS[language]['not_recorded']}" in texts


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_that_a_report_may_need_is_there(language: Language) -> None:
    needed = {
        *(f"section_{name}" for name in SECTIONS),
        *(f"difference_{each}" for each in Difference),
        *(f"answer_{each}" for each in Answered),
        *(f"duty_{duty}" for duty in WAITING if duty != "obstacle"),
        *(f"for_{each.name.lower()}" for each in Audience),
    }
    assert needed <= TEXTS[language].keys()


@pytest.mark.parametrize("name", TEXTS["nl"])
def test_both_languages_hold_the_same_places_to_fill(name: str) -> None:
    places = [{each for _, each, _, _ in Formatter().parse(TEXTS[one][name])} for one in LANGUAGES]
    assert places[0] == places[1]
    assert TEXTS.keys() == set(LANGUAGES)


@pytest.mark.parametrize("name", TEXTS["nl"])
def test_no_word_is_there_that_no_report_needs(name: str) -> None:
    source = (files("cocreate.api") / "report_page.html.jinja").read_text()
    family = name.partition("_")[0]
    made_up = re.search(rf'"{family}_" ~ ', source)
    assert made_up or re.search(rf'\b(t\.|fact\("){re.escape(name)}\b', source)


def test_the_public_document_says_nothing_of_what_is_internal() -> None:
    told = Told()
    told.wishes("w1", title="GEHEIM", visibility=INTERNAL)
    for language in LANGUAGES:
        assert "GEHEIM" in page(report_of(told), language)
        public = page(report_of(told, Audience.PUBLIC), language)
        assert "GEHEIM" not in public
        assert TEXTS[language]["for_public"] in public
