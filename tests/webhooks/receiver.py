"""A receiver of webhooks: a real HTTP server on loopback, with TLS or without."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from litestar.types import Receive, Scope, Send
from standardwebhooks import Webhook as Verifier

NAME = "ontvanger.test"
WITHIN = 20


class Request(msgspec.Struct, frozen=True):
    """What was received."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def content(self) -> Any:
        return msgspec.json.decode(self.body)

    @property
    def titles(self) -> list[str]:
        """The titles of the wishes in it."""
        events = self.content if isinstance(self.content, list) else [self.content]
        return [each["data"]["data"]["title"] for each in events]

    def verified(self, secret: str) -> Any:
        """Give its content, verified by a library that is not ours."""
        return Verifier(secret).verify(self.body, dict(self.headers))


class Receiver:
    """Takes requests, and answers each as it is told to."""

    def __init__(self) -> None:
        self.port = 0
        self.requests: list[Request] = []
        self.answers: list[int] = []
        """The statuses of the next answers; after them, 204."""
        self.answer_headers: list[tuple[bytes, bytes]] = []
        self.refuse: bytes | None = None
        """Whatever holds this is answered 422."""
        self.open = asyncio.Event()
        """Nothing is answered until it is set."""
        self.open.set()
        self.hold_at = 0
        """The request from which on nothing is answered, counted from 1."""
        self.endless = False
        """Whether an answer never ends."""
        self.most_at_once = 0
        self._at_once = 0
        self._came = asyncio.Event()
        self._given = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            await self._answer(scope, receive, send)
        finally:
            self._at_once -= 1

    async def _answer(self, scope: Any, receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            message: Any = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.requests.append(Request(scope["raw_path"].decode(), headers, body))
        if len(self.requests) == self.hold_at:
            self.open.clear()
        self._came.set()
        await self.open.wait()
        status = self.answers.pop(0) if self.answers else 204
        if self.refuse is not None and self.refuse in body:
            status = 422
        await send(
            {"type": "http.response.start", "status": status, "headers": self.answer_headers}
        )
        while self.endless:
            part: Any = {"type": "http.response.body", "body": b"x" * 4096, "more_body": True}
            await send(part)
            await asyncio.sleep(0)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def next(self) -> Request:
        """Give the next request that was not given yet, once it has come."""
        async with asyncio.timeout(WITHIN):
            while len(self.requests) <= self._given:
                self._came.clear()
                await self._came.wait()
        self._given += 1
        return self.requests[self._given - 1]

    def new(self) -> list[Request]:
        """Give the requests that came since this was asked last."""
        came, self._given = self.requests[self._given :], len(self.requests)
        return came


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def receiving(certificate: Path | None = None) -> AsyncIterator[Receiver]:
    """Serve a receiver, over TLS where there is a certificate, with its key in the same file."""
    receiver = Receiver()
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        receiver.port = listening.getsockname()[1]
        config = uvicorn.Config(
            receiver,
            lifespan="off",
            log_level="error",
            ssl_certfile=certificate,
            ssl_keyfile=certificate,
            timeout_graceful_shutdown=1,
        )
        server = _Server(config)
        running = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:
            if running.done():
                await running
            await asyncio.sleep(0.01)
        try:
            yield receiver
        finally:
            receiver.open.set()
            receiver.endless = False
            server.should_exit = True
            await running


def certify(folder: Path, name: str = NAME) -> tuple[Path, ssl.SSLContext]:
    """Give a certificate for a name, and what trusts it and nothing else."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    file.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    trusting = ssl.create_default_context(
        cadata=certificate.public_bytes(serialization.Encoding.PEM).decode()
    )
    return file, trusting


LOOPBACK = ip_address("127.0.0.1")
