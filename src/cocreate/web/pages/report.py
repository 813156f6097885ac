"""The participation report of a project, as a document to read and to print."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from cocreate.api.knowing import Knowing
from cocreate.api.report_page import page, policy
from cocreate.projections.model import STATE, release_of
from cocreate.projections.report import participation_report
from cocreate.projections.resource import ProjectFile
from cocreate.web.pages.project import PROJECT
from cocreate.web.query import page_query
from cocreate.web.rendering import Reader, page_known, shown


@get(f"{PROJECT}/report", include_in_schema=False)
async def read_report(
    request: Request[Any, Any, Any], code: FromPath[str], project: FromPath[UUID]
) -> ASGIResponse:
    """Show the report, the same as the API gives."""
    (knowing,) = page_query(request, Knowing)
    reader, known = await page_known(request, code, STATE, knowing)

    async def write() -> str | None:
        file = await known.file(project)
        recorded_at = await known.parts.service.reader.recorded_at(code, known.position)
        if file is None or recorded_at is None:
            return None
        # A project of years takes a while to write out, and others are waiting.
        return await asyncio.to_thread(_written, file, recorded_at, reader)

    return await shown(request, reader, known, write, release_of("report"), policy=policy())


def _written(file: ProjectFile, recorded_at: datetime, reader: Reader) -> str:
    return page(participation_report(file, recorded_at), reader.language)


HANDLERS = (read_report,)
"""The report."""
