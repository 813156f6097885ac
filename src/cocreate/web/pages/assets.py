"""What pages are made with: style sheets, pictures and one script, kept while they are the same."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, Final, cast

from litestar import Request, get
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from cocreate.api.admission import aside
from cocreate.api.answers import Answer
from cocreate.api.parts import parts_of
from cocreate.api.problems import Problem
from cocreate.web.logos import Logos
from cocreate.web.rendering import release
from cocreate.web.theme import stylesheet

KINDS: Final = {
    ".css": b"text/css; charset=utf-8",
    ".js": b"text/javascript; charset=utf-8",
    ".svg": b"image/svg+xml",
}
INERT: Final = b"default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""The policy of a picture that others made, should someone open it by itself."""


@get("/static/{of:str}/{name:path}", include_in_schema=False)
async def read_asset(of: FromPath[str], name: FromPath[str]) -> ASGIResponse:
    """Give a file; its address names the release, so it never changes."""
    found = _assets().get(name.lstrip("/"))
    if found is None or of != release():
        raise Problem("not-found")
    kind, body = found
    kept = b"public, max-age=31536000, immutable"
    return Answer(200, body, _headers(kind, body, kept))


@cache
def _assets() -> dict[str, tuple[bytes, bytes]]:
    folder = files("cocreate.web") / "static"
    found = {}
    for place in (folder, folder / "vendored"):
        for each in place.iterdir():
            kind = KINDS.get("." + each.name.rpartition(".")[2])
            if kind is not None:
                found[each.name] = (kind, each.read_bytes())
    return found


@get("/{code:str}/theme.css", include_in_schema=False)
async def read_theme(request: Request[Any, Any, Any], code: FromPath[str]) -> ASGIResponse:
    """Give the design tokens that a municipality sets for itself."""
    parts = parts_of(request)
    await parts.access.reading(request)
    theme = (await parts.service.live.municipality(code)).settings.theme
    body = stylesheet(theme).encode()
    return Answer(200, body, _headers(KINDS[".css"], body, b"public, max-age=300"))


@get("/{code:str}/logo", include_in_schema=False)
async def read_logo(request: Request[Any, Any, Any], code: FromPath[str]) -> ASGIResponse:
    """Give the logo of a municipality, which nothing can be run from."""
    parts = parts_of(request)
    await parts.access.reading(request)
    address = (await parts.service.live.municipality(code)).settings.theme.logo
    if address is None:
        raise Problem("not-found")
    async with aside():
        logo = await cast("Logos", request.app.state["logos"]).at(address)
    if logo is None:
        raise Problem("not-found")
    headers = _headers(logo.kind, logo.data, b"public, max-age=3600")
    return Answer(200, logo.data, [*headers, (b"content-security-policy", INERT)])


def _headers(kind: bytes, body: bytes, kept: bytes) -> list[tuple[bytes, bytes]]:
    return [
        (b"content-type", kind),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", kept),
    ]


HANDLERS = (read_theme, read_logo)
