"""A mail relay on loopback: it takes letters, or says why not."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as MAIL
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


class Relay:
    """What came to it, and what it says to the next recipients."""

    def __init__(self) -> None:
        self.port = 0
        self.letters: asyncio.Queue[EmailMessage] = asyncio.Queue()
        self.replies: list[str] = []
        """What is said to recipients, one after another; then all are taken."""
        self.senders: list[str] = []
        self.recipients: list[str] = []
        self.encrypted: list[bool] = []
        self.users: list[bytes] = []

    async def handle_RCPT(  # noqa: N802 - as its library names it
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if self.replies:
            return self.replies.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        self.senders.append(envelope.mail_from or "")
        self.recipients += envelope.rcpt_tos
        assert server.transport is not None
        self.encrypted.append(server.transport.get_extra_info("sslcontext") is not None)
        assert isinstance(envelope.content, bytes)
        letter = message_from_bytes(envelope.content, policy=MAIL)
        assert isinstance(letter, EmailMessage)
        self.letters.put_nowait(letter)
        return "250 OK"

    def authenticated(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.users.append(data.login)
        return AuthResult(success=data.password == b"geheim", handled=False)

    async def next(self) -> EmailMessage:
        """Give the next letter that comes."""
        async with asyncio.timeout(20):
            return await self.letters.get()

    def new(self) -> list[EmailMessage]:
        """Give the letters that came and were not asked for yet."""
        return [self.letters.get_nowait() for _ in range(self.letters.qsize())]


@contextlib.asynccontextmanager
async def relaying(
    tls: ssl.SSLContext | None = None, *, at_once: bool = False, signs_in: bool = False
) -> AsyncIterator[Relay]:
    """Run a relay; with ``tls`` it is turned to, or is there at once."""
    relay = Relay()

    def serve() -> SMTP:
        return SMTP(
            relay,
            hostname="relay.test",
            tls_context=None if at_once else tls,
            require_starttls=tls is not None and not at_once,
            auth_required=signs_in,
            authenticator=relay.authenticated if signs_in else None,
            loop=asyncio.get_running_loop(),
        )

    server = await asyncio.get_running_loop().create_server(
        serve, "127.0.0.1", 0, ssl=tls if at_once else None
    )
    relay.port = server.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        server.close()
        await server.wait_closed()
