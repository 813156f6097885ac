"""Logos: fetched by the server, shown as what they are, and never from inside the network."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from msgspec.structs import replace
from tests.api.conftest import Town, found_town

from cocreate.domain.vocabulary import Role
from cocreate.identity.fetching import Fetcher
from cocreate.settings import Settings
from cocreate.web.logos import Logos, kind_of

SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


class Pictures:
    """A server of pictures on loopback."""

    def __init__(self) -> None:
        self.asked = 0
        self.gives = SVG
        self.origin = ""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.asked += 1
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n"
        writer.write(head % len(self.gives) + b"Connection: close\r\n\r\n" + self.gives)
        await writer.drain()
        writer.close()


@pytest.fixture(scope="module")
async def pictures() -> AsyncIterator[Pictures]:
    made = Pictures()
    server = await asyncio.start_server(made.answer, "127.0.0.1", 0)
    made.origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield made


@pytest.fixture(scope="module")
def settings(settings: Settings, pictures: Pictures) -> Settings:
    return replace(settings, private_issuers=(pictures.origin,))


async def test_a_picture_is_fetched_once_and_told_by_how_it_begins(pictures: Pictures) -> None:
    async with Fetcher((pictures.origin,)) as fetcher:
        logos, before = Logos(fetcher), pictures.asked
        for _ in range(3):
            logo = await logos.at(f"{pictures.origin}/logo")
            assert logo is not None
            assert (logo.kind, logo.data) == (b"image/svg+xml", SVG)
        assert pictures.asked == before + 1


async def test_nothing_is_fetched_from_inside_the_network(pictures: Pictures) -> None:
    async with Fetcher() as fetcher:
        before = pictures.asked
        assert await Logos(fetcher).at(f"{pictures.origin}/logo") is None
        assert pictures.asked == before


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (SVG, b"image/svg+xml"),
        (b"\xef\xbb\xbf\n <svg/>", b"image/svg+xml"),
        (PNG, b"image/png"),
        (b"\xff\xd8\xff\xe0", b"image/jpeg"),
        (b"RIFF\0\0\0\0WEBPVP8 ", b"image/webp"),
        (b"<html><script>", None),
        (b"", None),
    ],
)
def test_what_is_no_picture_is_none(data: bytes, kind: bytes | None) -> None:
    assert kind_of(data) == kind


async def test_pages_of_a_municipality_without_a_logo_ask_for_none(
    client: httpx.AsyncClient,
) -> None:
    town: Town = await found_town(client)
    assert "site-logo" not in (await client.get(f"/nl/{town.code}")).text
    assert (await client.get(f"/nl/{town.code}/logo")).status_code == 404
    said = {
        "occurredOn": "2024-01-03",
        "theme": {"logo": "https://127.0.0.1:9/logo", "primaryColour": "#ffdd00"},
    }
    set_ = await town[Role.TENANT_ADMINISTRATOR].post(f"{town.home}/settings", said)
    assert set_.status_code == 201, set_.text
    seen = f"/nl/{town.code}?minPosition={set_.json()['position']}"
    page = (await client.get(seen)).text
    assert f'src="/nl/{town.code}/logo"' in page
    assert (await client.get(f"/nl/{town.code}/logo")).status_code == 404  # there is none to be had
    theme = (await client.get(f"/nl/{town.code}/theme.css")).text
    assert "--cocreate-primary-color: #" in theme
    assert "#ffdd00" not in theme  # it could not be read
