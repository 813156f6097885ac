"""Signing in and out, for those who work with the log of a municipality."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode, urlsplit

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template
from msgspec import Meta

from cocreate.api.admission import aside
from cocreate.api.authentication import ISSUER_RETRY_AFTER, tenant_of
from cocreate.api.parts import parts_of
from cocreate.api.problems import Problem
from cocreate.identity.fetching import NotFetched
from cocreate.identity.signing_in import MAX_CODE, NotSignedIn, address_for, begin, token_for
from cocreate.web.forms.sent import form_of
from cocreate.web.query import page_query
from cocreate.web.rendering import page, reader_of
from cocreate.web.session import as_sent_with, come_back, set_out, sign_in, sign_out

LONGEST_KEY = 200


class KeyForm(msgspec.Struct, frozen=True, kw_only=True):
    """A key, as it is typed."""

    key: Annotated[str, Meta(max_length=LONGEST_KEY)] = ""


@get("/{code:str}/sign-in", include_in_schema=False)
async def ask_who(request: Request[Any, Any, Any], code: FromPath[str]) -> Template:
    """Ask who wants to sign in."""
    return await _asked(request, code)


@post("/{code:str}/sign-in", include_in_schema=False, opt={"in_any_state": True})
async def let_in(request: Request[Any, Any, Any], code: FromPath[str]) -> Response[Any]:
    """Let whoever holds a key of the municipality in."""
    key = (await form_of(request, KeyForm)).key.strip()
    parts = parts_of(request)
    if tenant_of(key) != code:
        return await _asked(request, code, wrong="sign-in-wrong")
    try:
        await parts.access.principal(as_sent_with(request.scope, key), code)
    except Problem as problem:
        if problem.code != "unauthenticated":
            raise
        return await _asked(request, code, wrong="sign-in-wrong")
    sign_in(request, code, key)
    return Redirect(_home(request, code), status_code=303)


class ByIssuer(msgspec.Struct, frozen=True, kw_only=True):
    """By whom somebody wants to be vouched for."""

    issuer: Annotated[str, Meta(max_length=600)]


@get("/{code:str}/sign-in/issuer", include_in_schema=False)
async def send_to_issuer(request: Request[Any, Any, Any], code: FromPath[str]) -> Redirect:
    """Send somebody to an issuer that the municipality trusts."""
    (query,) = page_query(request, ByIssuer)
    parts = parts_of(request)
    await parts.access.reading(request)
    terms = (await parts.access.tokens.issuers(code)).get(query.issuer)
    if terms is None or terms.pages is None:
        raise Problem("not-found")
    back_to = f"{parts.settings.public_url}{_home(request, code)}/sign-in/done"
    begun = begin(terms.issuer, back_to)
    fetcher = parts.access.tokens.fetcher
    try:
        async with aside():
            address = await address_for(fetcher, terms, begun)
    except NotFetched:
        raise Problem("issuer-unavailable", headers={"Retry-After": ISSUER_RETRY_AFTER}) from None
    set_out(request, code, begun)
    return Redirect(address, status_code=303)


class ComeBack(msgspec.Struct, frozen=True, kw_only=True):
    """With what an issuer sends somebody back."""

    code: Annotated[str, Meta(max_length=MAX_CODE)] = ""
    state: Annotated[str, Meta(max_length=200)] = ""
    iss: Annotated[str, Meta(max_length=600)] | None = None


@get("/{code:str}/sign-in/done", include_in_schema=False)
async def let_in_by_issuer(request: Request[Any, Any, Any], code: FromPath[str]) -> Response[Any]:
    """Let in whoever comes back from an issuer with what the issuer gives a token for."""
    said = _come_back_with(request)
    parts = parts_of(request)
    await parts.access.reading(request)
    begun = come_back(request, code)
    terms = None if begun is None else (await parts.access.tokens.issuers(code)).get(begun.issuer)
    if begun is None or terms is None:
        return await _asked(request, code, wrong="sign-in-not-begun")
    tokens = parts.access.tokens
    try:
        async with aside():
            token = await token_for(
                tokens.fetcher, terms, begun, state=said.state, code=said.code, issuer=said.iss
            )
        principal = await parts.access.principal(as_sent_with(request.scope, token), code)
    except (NotFetched, NotSignedIn):
        return await _asked(request, code, wrong="sign-in-not-vouched")
    except Problem as problem:
        if problem.code != "unauthenticated":
            raise
        return await _asked(request, code, wrong="sign-in-not-vouched")
    if not principal.is_of(code):
        return await _asked(request, code, wrong="sign-in-no-role")
    sign_in(request, code, token)
    return Redirect(_home(request, code), status_code=303)


def _come_back_with(request: Request[Any, Any, Any]) -> ComeBack:
    """Give what an issuer says; it may say more (RFC 6749, 4.1.2)."""
    said = dict(request.query_params.items())
    try:
        return msgspec.convert(said, ComeBack)
    except msgspec.ValidationError:
        raise Problem("bad-request") from None


@post("/{code:str}/sign-out", include_in_schema=False, opt={"in_any_state": True})
async def let_out(request: Request[Any, Any, Any], code: FromPath[str]) -> Redirect:
    """Let nobody be signed in any more."""
    sign_out(request)
    return Redirect(_home(request, code), status_code=303)


async def _asked(
    request: Request[Any, Any, Any], code: str, *, wrong: str | None = None
) -> Template:
    reader = await reader_of(request, code)
    issuers = await parts_of(request).access.tokens.issuers(code)
    return page(
        "sign_in",
        reader.language,
        reader,
        status=422 if wrong else 200,
        wrong=wrong,
        issuers=[
            (urlsplit(each.issuer).hostname, urlencode({"issuer": each.issuer}))
            for each in issuers.values()
            if each.pages is not None
        ],
    )


def _home(request: Request[Any, Any, Any], code: str) -> str:
    return f"/{request.scope['path'].split('/', 2)[1]}/{code}"


HANDLERS = (ask_who, let_in, send_to_issuer, let_in_by_issuer, let_out)
