"""The participation report: as data, and as a document to read and print in Dutch or English.

Both stand at one address. The document asks nothing of another server and runs no script; what
people wrote is escaped wherever it stands.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from datetime import date, datetime
from enum import StrEnum
from functools import cache, partial
from hashlib import sha256
from importlib.resources import files
from typing import Annotated
from uuid import UUID

import msgspec
from jinja2 import Environment, StrictUndefined, Template
from litestar import get
from litestar.params import FromPath
from litestar.response.base import ASGIResponse
from markupsafe import Markup
from msgspec import Meta

from cocreate.api.answers import Answer
from cocreate.api.documented import documented
from cocreate.api.knowing import (
    READ_PROBLEMS,
    AnyRequest,
    Knowing,
    known_to,
    tag_of,
    unchanged,
    validators,
)
from cocreate.api.preferences import weights
from cocreate.api.problems import Problem, preferred_language
from cocreate.api.query import read_query
from cocreate.api.report_texts import SECTIONS, TEXTS
from cocreate.api.steps import PROJECT
from cocreate.domain.calendar import AMSTERDAM
from cocreate.domain.glossary import Language, label
from cocreate.domain.vocabulary import Outcome
from cocreate.projections.model import STATE, release_of
from cocreate.projections.report import participation_report
from cocreate.projections.report_parts import ParticipationReport
from cocreate.projections.resource import ProjectFile
from cocreate.projections.story import day_in_words

PATH = "participation-report"
MODEL = "report"
VARY = b"Authorization, Accept, Accept-Language, Accept-Encoding"

_JSON = msgspec.json.Encoder()


class ReportFormat(StrEnum):
    """How the report is answered."""

    JSON = "json"
    HTML = "html"


MEDIA = {
    ReportFormat.JSON: "application/json",
    ReportFormat.HTML: "text/html; charset=utf-8",
}


class ReportQuery(msgspec.Struct, frozen=True, kw_only=True):
    """How the report is answered, and in which language."""

    format: Annotated[ReportFormat, Meta(description="Instead of Accept.")] | None = None
    language: (
        Annotated[Language, Meta(description="Of the document; instead of Accept-Language.")] | None
    ) = None


@get(
    f"{PROJECT}/{PATH}",
    operation_id="readParticipationReport",
    summary="Read the participation report of a project",
    description="The procedure followed, who was reached, every contribution with what was done "
    "with it and why, and what is still owed (Gemeentewet, art. 150). As data, or as a document "
    "to read and print in Dutch or English.",
    tags=["reading"],
    opt=documented(
        answers=ParticipationReport,
        problems=READ_PROBLEMS,
        open=True,
        query=(ReportQuery, Knowing),
        also=(MEDIA[ReportFormat.HTML],),
        tagged=True,
    ),
)
async def read_participation_report(
    request: AnyRequest, code: FromPath[str], project: FromPath[UUID]
) -> ASGIResponse:
    """Give the report of a project, in the form and the language that the reader prefers."""
    query, knowing = read_query(request, ReportQuery, Knowing)
    known = await known_to(request, code, STATE, knowing)
    form = query.format or preferred_form(request.headers.get("accept", ""))
    language = query.language or preferred_language(request.headers.get("accept-language", ""))
    mark = known.mark(release_of(MODEL), form, language)
    tag = tag_of(request, mark)
    headers = _headers(form, language, tag)
    if unchanged(request, tag) is not None:
        return Answer(304, b"", headers)

    async def ask() -> bytes | None:
        file = await known.file(project)
        recorded_at = await known.parts.service.reader.recorded_at(code, known.position)
        if file is None or recorded_at is None:
            return None
        # A project of years takes a while to write out, and others are waiting.
        return await asyncio.to_thread(_written, file, recorded_at, form, language)

    body = await known.give(mark, ask)
    if body is None:
        raise Problem("not-found")
    if unchanged(request, tag, there=True) is not None:
        return Answer(304, b"", headers)
    return Answer(200, body, [*headers, (b"content-length", b"%d" % len(body))])


def preferred_form(accept: str) -> ReportFormat:
    """Give the form that a reader prefers (Accept, RFC 9110); data where it is all the same."""
    as_data, as_page = _weight(accept, "application/json"), _weight(accept, "text/html")
    return ReportFormat.HTML if as_page > as_data else ReportFormat.JSON


def _weight(accept: str, media: str) -> float:
    """Give the weight of a media type by the most precise range that it falls under."""
    ranges = [media, f"{media.partition('/')[0]}/*", "*/*"]
    best, found = len(ranges), 0.0
    for name, weight in weights(accept):
        if name in ranges and ranges.index(name) < best:
            best, found = ranges.index(name), weight
    return found


def _headers(form: ReportFormat, language: Language, tag: str) -> list[tuple[bytes, bytes]]:
    headers = [(b"content-type", MEDIA[form].encode()), *validators(tag, VARY)]
    if form is ReportFormat.HTML:
        headers += [
            (b"content-language", language.encode()),
            (b"content-security-policy", policy()),
        ]
    return headers


@cache
def policy() -> bytes:
    """Give what the document may do: use the one style sheet in it, and nothing else."""
    digest = b64encode(sha256(_style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ).encode()


# -- the document ---------------------------------------------------------------------------------


def _written(
    file: ProjectFile, recorded_at: datetime, form: ReportFormat, language: Language
) -> bytes:
    report = participation_report(file, recorded_at)
    return page(report, language).encode() if form is ReportFormat.HTML else _JSON.encode(report)


def page(report: ParticipationReport, language: Language) -> str:
    """Give a report as a document."""
    return _template().render(
        r=report,
        t=TEXTS[language],
        language=language,
        sections=SECTIONS,
        # It is of our own making, and quotes in it would break the style.
        style=Markup(_style()),  # noqa: S704
        word=partial(label, language=language),
        outcome_word=partial(_outcome, language),
        day=partial(_day, language),
        moment=partial(_moment, language),
    )


def _outcome(language: Language, code: str) -> str:
    return label(Outcome(code), language)


def _day(language: Language, day: date | None) -> str | None:
    return None if day is None else day_in_words(day, language)


def _moment(language: Language, moment: datetime) -> str:
    """Give a moment as clocks in the Netherlands had it."""
    local = moment.astimezone(AMSTERDAM)
    at = "om" if language == "nl" else "at"
    return f"{day_in_words(local.date(), language)} {at} {local:%H:%M}"


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    return environment.from_string(_own("report_page.html.jinja"))


@cache
def _style() -> str:
    return _own("report_page.css")


def _own(name: str) -> str:
    return (files("cocreate.api") / name).read_text(encoding="utf-8")
