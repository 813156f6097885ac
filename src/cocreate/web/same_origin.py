"""What is sent from a page comes from a page of ours, or it is refused.

Cookies travel with whatever another site lets a browser send, so a form says nothing of who filled
it in. Browsers say it themselves: in Sec-Fetch-Site (W3C Fetch Metadata), or those before 2023 in
Origin (RFC 6454). No token has to be kept, so pages without a session need no cookie.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from cocreate.api.problems import Problem

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
FROM_ANYWHERE = {"from_anywhere": True}
"""For ``opt`` of a page that proves in its address who may send to it, and needs no cookie for it.

So does one that is left by one click in a mail program (RFC 8058).
"""


def require_same_origin(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """Refuse what a page of another origin sends; raises :class:`Problem`."""
    if connection.scope.get("method") in SAFE or handler.opt.get("from_anywhere"):
        return
    site = connection.headers.get("sec-fetch-site")
    if site is not None:
        if site != "same-origin":
            raise Problem("another-origin")
        return
    origin = connection.headers.get("origin")
    if origin is None or urlsplit(origin).netloc != connection.headers.get("host"):
        raise Problem("another-origin")
