"""The norms: what courts of audit and the ombudsman would ask, and how far it is met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Request, get
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from cocreate.api.asking import dashboard_at, rows_at
from cocreate.api.knowing import Knowing
from cocreate.domain.vocabulary import Norm, Verdict
from cocreate.projections.model import STATE
from cocreate.projections.norm_check import CheckedSubject, check_project
from cocreate.projections.norm_rules import RULES
from cocreate.projections.norms import (
    NormCheckEntry,
    NormFilter,
    NormTotals,
    NormYear,
    TotalsFilter,
)
from cocreate.projections.resource import NoFilter
from cocreate.web.addresses import Addresses
from cocreate.web.filters import fields_of
from cocreate.web.pages.project import PROJECT
from cocreate.web.query import PagePaging, page_query
from cocreate.web.rendering import page_known, shown, written

A_PAGE: Final = 40
"""How many checks a page shows."""
YEARS: Final = 6
"""Of how many years, the latest, a table tells."""
MOST_CHECKS: Final = 5
"""How many checks of a norm the page of a project shows, those that are not met first."""
SOURCES: Final[Mapping[Norm, str]] = {rule.norm: rule.source for rule in RULES}
"""Where each norm comes from."""


class Reason(NamedTuple):
    """Why a check has its verdict: how it is said, and the day it turns on, if there is one."""

    why: str
    on: date | None


@get("/{code:str}/norms", include_in_schema=False)
async def read_norms(request: Request[Any, Any, Any], code: FromPath[str]) -> ASGIResponse:
    """Show what the norms come to, and how that went over the years."""
    narrow, knowing = page_query(request, TotalsFilter, Knowing)
    reader, known = await page_known(request, code, "norms", knowing)

    async def write() -> str:
        totals = await dashboard_at("norm-totals", NormTotals, known, narrow)
        years = sorted({each.year for each in totals.by_year})[-YEARS:]
        return written(
            "norms",
            reader.language,
            reader,
            totals=totals,
            years=years,
            by_year=_by_norm(totals.by_year),
            checks=partial(_checks, reader.at, narrow),
            sources=SOURCES,
            filters=fields_of(narrow, language=reader.language),
        )

    return await shown(request, reader, known, write, narrow)


@get("/{code:str}/norms/checks", include_in_schema=False)
async def list_checks(request: Request[Any, Any, Any], code: FromPath[str]) -> ASGIResponse:
    """Show the checks of norms one by one, with the steps that show each."""
    narrow, paging, knowing = page_query(request, NormFilter, PagePaging, Knowing)
    reader, known = await page_known(request, code, "norms", knowing)

    async def write() -> str:
        checks, more = await rows_at(
            "norm-checks", NormCheckEntry, known, narrow, paging.after, A_PAGE
        )
        return written(
            "norm_checks",
            reader.language,
            reader,
            checks=[(each, reason(each, known.today)) for each in checks],
            next=more,
            begun=paging.after is None,
            filters=fields_of(narrow, language=reader.language),
        )

    return await shown(request, reader, known, write, narrow, paging)


@get(f"{PROJECT}/norms", include_in_schema=False)
async def read_project_norms(
    request: Request[Any, Any, Any], code: FromPath[str], project: FromPath[UUID]
) -> ASGIResponse:
    """Show the norm check of a project."""
    (knowing,) = page_query(request, Knowing)
    reader, known = await page_known(request, code, STATE, knowing)

    async def write() -> str | None:
        file = await known.file(project)
        if file is None:
            return None
        check = check_project(file, NoFilter(), {})
        reasons = [
            [(each, reason(each, file.today)) for each in norm.checks[:MOST_CHECKS]]
            for norm in check.norms
        ]
        return written(
            "project_norms",
            reader.language,
            reader,
            id=project,
            check=check,
            norms=list(zip(check.norms, reasons, strict=True)),
            public=check.shown_by == "public",
        )

    return await shown(request, reader, known, write)


def reason(check: NormCheckEntry | CheckedSubject, today: date) -> Reason:
    """Give why a check has its verdict."""
    if check.verdict is Verdict.NOT_YET:
        return Reason("open" if check.due_on is None else "until", check.due_on)
    if check.verdict is Verdict.MET:
        return Reason("done", check.done_on)
    if check.done_on is not None:
        return Reason("late", check.done_on)
    if check.due_on is not None and check.due_on < today:
        return Reason("missed", check.due_on)
    return Reason("never", None)


def _checks(at: Addresses, narrow: TotalsFilter, **further: object) -> str:
    """Give the address of the checks behind a number."""
    chosen = {**msgspec.to_builtins(narrow), **further}
    return f"{at.page('norms', 'checks')}?{urlencode(chosen)}"


def _by_norm(by_year: Sequence[NormYear]) -> Mapping[tuple[str, int], NormYear]:
    return {(each.norm, each.year): each for each in by_year}


HANDLERS = (read_norms, list_checks, read_project_norms)
