"""What the ``type`` of a problem leads to: a page that explains it in Dutch and English."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from html import escape

import msgspec
from litestar import get
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from cocreate.api.answers import Answer
from cocreate.api.problem_texts import TEXTS
from cocreate.api.problems import Problem
from cocreate.domain.errors import RuleBroken


class Explained(msgspec.Struct, frozen=True):
    """A problem in words; what a case fills in stands between braces."""

    status: int
    title_nl: str
    title_en: str
    nl: str
    en: str


@cache
def explained() -> Mapping[str, Explained]:
    """Give every problem there is, by its code."""
    ours = {
        code: Explained(text.status, text.title_nl, text.title_en, text.nl, text.en)
        for code, text in TEXTS.items()
    }
    rules = {
        rule.code: Explained(
            400 if rule.about_input else 409, rule.title_nl, rule.title_en, rule.nl, rule.en
        )
        for rule in _rules(RuleBroken)
    }
    return {**ours, **rules}


def _rules(parent: type[RuleBroken]) -> Iterator[type[RuleBroken]]:
    for rule in parent.__subclasses__():
        yield rule
        yield from _rules(rule)


@get("/problems/{problem:str}", include_in_schema=False)
async def explain_problem(problem: FromPath[str]) -> ASGIResponse:
    """Explain a problem."""
    found = explained().get(problem)
    if found is None:
        raise Problem("not-found")
    body = _page(problem, found).encode()
    return Answer(
        200,
        body,
        [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-length", b"%d" % len(body)),
            (b"cache-control", b"public, max-age=3600"),
        ],
    )


def _page(code: str, problem: Explained) -> str:
    return (
        '<!DOCTYPE html><html lang="nl"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(problem.title_nl)}</title></head><body><main>"
        f"<h1>{escape(problem.title_nl)}</h1><p>{escape(problem.nl)}</p>"
        f'<div lang="en"><h2>{escape(problem.title_en)}</h2><p>{escape(problem.en)}</p></div>'
        f"<p><code>{escape(code)}</code>, HTTP {problem.status}</p></main></body></html>"
    )
