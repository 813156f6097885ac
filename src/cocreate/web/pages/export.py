"""Taking a project away with all that proves it: what is in it, how to check it, and the file."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request, get
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from cocreate.api.audit import ExportQuery, export_of
from cocreate.api.compression import EXCLUDED
from cocreate.api.knowing import Knowing
from cocreate.api.parts import parts_of
from cocreate.api.roles import AUDIT
from cocreate.projections.model import STATE
from cocreate.web.pages.project import PROJECT
from cocreate.web.query import page_query
from cocreate.web.rendering import page_known, shown, written


@get(f"{PROJECT}/export", include_in_schema=False)
async def ask_export(
    request: Request[Any, Any, Any], code: FromPath[str], project: FromPath[UUID]
) -> ASGIResponse:
    """Say what is in an export, and ask which."""
    parts = parts_of(request)
    await parts.access.allowed(request, AUDIT)
    reader, known = await page_known(request, code, STATE, Knowing())

    async def write() -> str | None:
        file = await known.file(project)
        if file is None:
            return None
        signed = await parts.service.trees.signed(code)
        return written(
            "export", reader.language, reader, id=project, project=file.project, signed=signed
        )

    return await shown(request, reader, known, write)


@get(f"{PROJECT}/export/file", include_in_schema=False, opt={EXCLUDED: True})
async def read_export(
    request: Request[Any, Any, Any], code: FromPath[str], project: FromPath[UUID]
) -> ASGIResponse:
    """Give the same file as the API; each time is on record."""
    principal = await parts_of(request).access.allowed(request, AUDIT)
    (asked,) = page_query(request, ExportQuery)
    return await export_of(request, principal, code, project, asked)


HANDLERS = (ask_export, read_export)
"""The export."""
