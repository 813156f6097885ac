"""What is fetched is what an issuer publishes for all, and nothing from within."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from tests.identity.issuing import Issuer, issuing

from cocreate.identity import fetching
from cocreate.identity.fetching import MAX_BYTES, Fetcher, NotFetched
from cocreate.internet import is_public


@pytest.fixture(scope="module")
async def issuer() -> AsyncIterator[Issuer]:
    async with issuing() as issuer:
        yield issuer


@pytest.fixture
async def fetcher(issuer: Issuer) -> AsyncIterator[Fetcher]:
    async with Fetcher([issuer.origin]) as fetcher:
        yield fetcher


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.1.2.3",
        "0.0.0.0",  # noqa: S104
        "10.0.0.1",
        "172.16.5.5",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.2.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "2002:7f00:1::",
        "2002:0a00:1::",
        "64:ff9b::7f00:1",
        "64:ff9b:1::a00:1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:db8::1",
    ],
)
def test_an_address_within_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["9.9.9.9", "2620:fe::fe", "::ffff:9.9.9.9"])
def test_an_address_of_the_internet_is(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/x",
        "https://localhost/x",
        "https://[::1]/x",
        "https://[::ffff:127.0.0.1]/x",
        "https://169.254.169.254/latest/meta-data",
        "https://2130706433/x",
        "https://0x7f.1/x",
        "http://9.9.9.9/x",
        "ftp://9.9.9.9/x",
        "file:///etc/passwd",
        "https:///x",
        "https://9.9.9.9:0x/x",
    ],
)
async def test_nothing_is_fetched_from_within_or_in_the_clear(fetcher: Fetcher, url: str) -> None:
    with pytest.raises(NotFetched):
        await fetcher.fetch(url)


async def test_the_operator_can_name_an_origin_within(issuer: Issuer, fetcher: Fetcher) -> None:
    issuer.answers["/x"] = (200, {}, b'{"a": 1}')
    assert await fetcher.fetch(f"{issuer.origin}/x") == {"a": 1}
    async with Fetcher() as strict:
        before = len(issuer.asked)
        with pytest.raises(NotFetched, match="not https"):
            await strict.fetch(f"{issuer.origin}/x")
        assert len(issuer.asked) == before


async def test_a_name_that_leads_inside_and_outside_is_not_followed(
    monkeypatch: pytest.MonkeyPatch, fetcher: Fetcher
) -> None:
    def both(*_: object, **__: object) -> list[Any]:
        kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*kind, ("9.9.9.9", 443)), (*kind, ("10.0.0.1", 443))]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    with pytest.raises(NotFetched, match="not a public address"):
        await fetcher.fetch("https://twee.example/x")


async def test_a_certificate_is_of_the_name_that_was_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    server_side, client_side = certified("id.example", tmp_path)
    monkeypatch.setattr(fetching, "_certificates", lambda: client_side)
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 x\r\ncontent-length: 2\r\n\r\n{}")
        writer.close()

    def loopback(*_: object, **__: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=server_side)
    port = server.sockets[0].getsockname()[1]
    names = [f"https://{name}:{port}" for name in ("id.example", "elders.example")]
    monkeypatch.setattr(socket, "getaddrinfo", loopback)
    async with server, Fetcher(names) as fetcher:
        assert await fetcher.fetch(f"{names[0]}/x") == {}
        assert f"host: id.example:{port}".encode() in asked[0].lower()
        with pytest.raises(NotFetched):
            await fetcher.fetch(f"{names[1]}/x")
    assert len(asked) == 1


def certified(name: str, folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Give what a server needs to show a certificate of a name, and a client to trust it."""
    key = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(called)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    shown = certificate.public_bytes(Encoding.PEM)
    file = folder / "certificate.pem"
    file.write_bytes(shown + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(file)
    return server_side, ssl.create_default_context(cadata=shown.decode())


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (302, {"location": "/x"}, b""),
        (301, {"location": "http://169.254.169.254/"}, b""),
        (500, {}, b"{}"),
        (204, {}, b""),
        (200, {}, b"<html>"),
        (200, {}, b"[]"),
        (200, {}, b'{"keys": [], "keys": []}'),
        (200, {"content-encoding": "gzip"}, b"\x1f\x8b"),
        (200, {}, b'{"a": "' + b"x" * MAX_BYTES + b'"}'),
    ],
)
async def test_only_a_plain_answer_of_a_sensible_size_counts(
    issuer: Issuer, fetcher: Fetcher, status: int, headers: dict[str, str], body: bytes
) -> None:
    issuer.answers["/y"] = (status, headers, body)
    before = len(issuer.asked)
    with pytest.raises(NotFetched):
        await fetcher.fetch(f"{issuer.origin}/y")
    assert issuer.asked[before:] == ["/y"]  # no redirect was followed


async def test_an_answer_that_does_not_come_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fetching, "SECONDS", 0.05)
    answered = asyncio.Event()

    async def say_nothing(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answered.wait()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, Fetcher([origin]) as fetcher:
        with pytest.raises(NotFetched, match="gave no answer"):
            await fetcher.fetch(f"{origin}/x")
        answered.set()
