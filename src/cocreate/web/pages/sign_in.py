"""Signing in and out, for those who work with the log of a municipality."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Request, get, post
from litestar.params import FromPath
from litestar.response.base import ASGIResponse
from litestar.response.redirect import ASGIRedirectResponse
from msgspec import Meta

from cocreate.api.authentication import tenant_of
from cocreate.api.parts import parts_of
from cocreate.api.problems import Problem
from cocreate.web.forms import form_of
from cocreate.web.rendering import as_page, reader_of, written
from cocreate.web.session import as_sent_with, sign_in, sign_out

LONGEST_KEY = 200


class KeyForm(msgspec.Struct, frozen=True, kw_only=True):
    """A key, as it is typed."""

    key: Annotated[str, Meta(max_length=LONGEST_KEY)] = ""


@get("/{code:str}/sign-in", include_in_schema=False)
async def ask_who(request: Request[Any, Any, Any], code: FromPath[str]) -> ASGIResponse:
    """Ask who wants to sign in."""
    return await _asked(request, code)


@post("/{code:str}/sign-in", include_in_schema=False, opt={"in_any_state": True})
async def let_in(request: Request[Any, Any, Any], code: FromPath[str]) -> ASGIResponse:
    """Let whoever holds a key of the municipality in."""
    key = (await form_of(request, KeyForm)).key.strip()
    parts = parts_of(request)
    if tenant_of(key) != code:
        return await _asked(request, code, wrong=True)
    try:
        await parts.access.principal(as_sent_with(request.scope, key), code)
    except Problem as problem:
        if problem.code != "unauthenticated":
            raise
        return await _asked(request, code, wrong=True)
    sign_in(request, code, key)
    return ASGIRedirectResponse(path=_home(request, code), status_code=303)


@post("/{code:str}/sign-out", include_in_schema=False, opt={"in_any_state": True})
async def let_out(request: Request[Any, Any, Any], code: FromPath[str]) -> ASGIResponse:
    """Let nobody be signed in any more."""
    sign_out(request)
    return ASGIRedirectResponse(path=_home(request, code), status_code=303)


async def _asked(
    request: Request[Any, Any, Any], code: str, *, wrong: bool = False
) -> ASGIResponse:
    reader = await reader_of(request, code)
    page = written("sign_in", reader.language, reader, wrong=wrong)
    return as_page(page, (b"cache-control", b"no-store"), status=422 if wrong else 200)


def _home(request: Request[Any, Any, Any], code: str) -> str:
    return f"/{request.scope['path'].split('/', 2)[1]}/{code}"


HANDLERS = (ask_who, let_in, let_out)
