"""All pages, put together: every one below its language, with the session of who reads it."""

from __future__ import annotations

from collections.abc import Sequence

from litestar import Router
from litestar.types import ControllerRouterHandler

from cocreate.web.pages import (
    approvals,
    assets,
    council,
    council_report,
    dashboards,
    difference,
    export,
    feeds,
    following,
    force_field,
    history,
    norms,
    obstacles,
    portal,
    project,
    record,
    registers,
    report,
    sign_in,
    subject,
    today,
    trust,
)
from cocreate.web.same_origin import require_same_origin
from cocreate.web.session import as_signed_in
from cocreate.web.texts import LANGUAGES

PAGES: Sequence[ControllerRouterHandler] = (
    *portal.HANDLERS,
    *project.HANDLERS,
    *subject.HANDLERS,
    *record.HANDLERS,
    *report.HANDLERS,
    *feeds.HANDLERS,
    *following.HANDLERS,
    *history.HANDLERS,
    *difference.HANDLERS,
    *export.HANDLERS,
    *dashboards.HANDLERS,
    *registers.HANDLERS,
    *today.HANDLERS,
    *approvals.HANDLERS,
    *obstacles.HANDLERS,
    *council.HANDLERS,
    *council_report.HANDLERS,
    *norms.HANDLERS,
    *trust.HANDLERS,
    *force_field.HANDLERS,
    *sign_in.HANDLERS,
    *assets.HANDLERS,
)
"""Every page; a new one is added here."""


def site() -> Sequence[ControllerRouterHandler]:
    """Give the routes of all pages, in every language; sessions are for the application to open."""
    in_languages = [
        Router(
            path=f"/{language}",
            route_handlers=PAGES,
            middleware=[as_signed_in],
            guards=[require_same_origin],
            include_in_schema=False,
        )
        for language in LANGUAGES
    ]
    return [portal.choose_language, assets.read_asset, *in_languages]
