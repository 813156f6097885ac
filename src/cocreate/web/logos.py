"""The logos of municipalities, fetched by this server: no page asks another one for them."""

from __future__ import annotations

from collections import OrderedDict
from time import monotonic
from typing import Final, NamedTuple

from cocreate.identity.fetching import Fetcher, NotFetched

ACCEPTED: Final = "image/svg+xml, image/png, image/webp, image/jpeg"
KEPT_SECONDS: Final = 3_600.0
RETRY_SECONDS: Final = 60.0
"""After how long a logo is asked for again that was not to be had."""
MOST_KEPT: Final = 200
"""How many logos a process keeps: of at most a quarter of a megabyte each, mostly far less."""

_BEGINNINGS: Final = (
    (b"\x89PNG\r\n\x1a\n", b"image/png"),
    (b"\xff\xd8\xff", b"image/jpeg"),
    (b"<svg", b"image/svg+xml"),
    (b"<?xml", b"image/svg+xml"),
)


class Logo(NamedTuple):
    """A picture: its media type, and its bytes."""

    kind: bytes
    data: bytes


class Logos:
    """Gives logos by the address that a municipality set."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._kept: OrderedDict[str, tuple[float, Logo | None]] = OrderedDict()

    async def at(self, url: str) -> Logo | None:
        """Give the picture at an address; None where there is none.

        Which kind it is follows from how it begins, not from what its server says.
        """
        kept = self._kept.get(url)
        if kept is not None and kept[0] > monotonic():
            return kept[1]
        try:
            data = await self._fetcher.fetch_bytes(url, ACCEPTED)
        except NotFetched:
            data = b""
        kind = kind_of(data)
        found = None if kind is None else Logo(kind, data)
        self._kept[url] = (monotonic() + (RETRY_SECONDS if found is None else KEPT_SECONDS), found)
        self._kept.move_to_end(url)
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return found


def kind_of(data: bytes) -> bytes | None:
    """Give the media type of a picture by how it begins; None for what is no picture."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return b"image/webp"
    begun = data.lstrip(b"\xef\xbb\xbf \t\r\n") if data[:1] not in b"\x89\xff" else data
    return next((kind for begins, kind in _BEGINNINGS if begun.startswith(begins)), None)
