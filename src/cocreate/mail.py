"""Handing mail to the relay of the installation, and what came of that."""

from __future__ import annotations

import logging
import re
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from enum import StrEnum
from typing import Annotated
from urllib.parse import unquote, urlsplit

import aiosmtplib
import msgspec
from msgspec import Meta

WITHIN = 30.0
"""For how many seconds the relay is waited for, each time that it is to say something."""
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}

RelayUrl = Annotated[str, Meta(pattern=r"^(smtp|smtp\+starttls|smtps)://[^\s/?#]+(?![\s\S])")]
MailAddress = Annotated[str, Meta(pattern=r"^[^\s@<>,;\"]{1,64}@[^\s@<>,;\"\[\]]{1,253}(?![\s\S])")]

_log = logging.getLogger(__name__)

_NOBODY = re.compile(r"5\.(1\.[0-9]+|2\.1)\b")
"""Statuses that tell of the address itself that nobody reads it (RFC 3463, 3.2 and 3.3)."""
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")
_NO_MAILBOX = frozenset({550, 551, 553})
"""Replies that say so where no such status comes with them (RFC 5321, 4.2.3)."""


class NoMailAddress(ValueError):  # noqa: N818 - what is found
    """A text is no address that mail can be sent to."""


class Outcome(StrEnum):
    """What came of handing a letter to the relay."""

    SENT = "sent"
    NOBODY = "nobody"
    """The relay says that there is no such address, or that nobody reads it any more."""
    FAILED = "failed"
    """It did not take it this time."""


class Relay(msgspec.Struct, frozen=True, kw_only=True):
    """A server that takes mail for everywhere."""

    host: str
    port: int
    tls: bool
    """Whether the connection begins with TLS (RFC 8314, 3.3)."""
    start_tls: bool
    """Whether it is to turn to TLS before anything is said (RFC 3207)."""
    user: str | None = None
    password: str | None = None

    @classmethod
    def at(cls, url: str, password: str | None = None) -> Relay:
        """Give the relay at an address such as ``smtp+starttls://user@mail.example:587``.

        The password may stand in the address, with the user, or apart. Raises ValueError.
        """
        parts = urlsplit(url)
        scheme = parts.scheme
        if scheme not in PORTS or not parts.hostname:
            message = f"{scheme}: is no address of a relay"
            raise ValueError(message)
        if scheme == "smtp" and parts.username is not None:
            message = "nobody signs in without TLS: use smtps or smtp+starttls"
            raise ValueError(message)
        return cls(
            host=parts.hostname,
            port=parts.port or PORTS[scheme],
            tls=scheme == "smtps",
            start_tls=scheme == "smtp+starttls",
            user=None if parts.username is None else unquote(parts.username),
            password=password or (None if parts.password is None else unquote(parts.password)),
        )

    def __repr__(self) -> str:
        """Show where it is, and nothing that lets anyone in."""
        return f"Relay({self.host!r}, {self.port})"


class Mailer:
    """Hands letters to a relay, from one address."""

    def __init__(self, relay: Relay, sender: str, *, tls: ssl.SSLContext | None = None) -> None:
        self.relay = relay
        self.sender = sender
        self._tls = tls

    async def send(self, letter: EmailMessage, address: str) -> Outcome:
        """Hand a letter to the relay; whatever comes of it is given, never raised.

        Nothing that is logged tells to whom it was.
        """
        relay = self.relay
        try:
            await aiosmtplib.send(
                letter,
                sender=self.sender,
                recipients=[address],
                hostname=relay.host,
                port=relay.port,
                username=relay.user,
                password=relay.password,
                use_tls=relay.tls,
                start_tls=relay.start_tls,
                tls_context=self._tls or ssl.create_default_context(),
                timeout=WITHIN,
            )
        except aiosmtplib.SMTPRecipientsRefused as refused:
            [told] = refused.recipients
            return _outcome(told)
        except aiosmtplib.SMTPResponseException as refused:
            return _outcome(refused)
        except (aiosmtplib.SMTPException, OSError) as problem:
            _log.warning("the mail relay cannot be reached: %s", type(problem).__name__)
            return Outcome.FAILED
        return Outcome.SENT


def _outcome(refused: aiosmtplib.SMTPResponseException) -> Outcome:
    status = _STATUS.match(refused.message)
    nobody = isinstance(refused, aiosmtplib.SMTPRecipientRefused) and (
        refused.code in _NO_MAILBOX if status is None else bool(_NOBODY.match(status[0]))
    )
    if nobody:
        return Outcome.NOBODY
    _log.warning(
        "the mail relay refused a letter: %s, %s %s",
        type(refused).__name__,
        refused.code,
        "" if status is None else status[0],
    )
    return Outcome.FAILED


def mail_address(text: str) -> str:
    """Give an address as it is to be written to, its domain in the letters of the DNS.

    Raises :class:`NoMailAddress`. Names before the ``@`` that are not in ASCII are taken for none:
    few relays take them (RFC 6531).
    """
    said = text.strip()
    try:
        msgspec.convert(said, MailAddress)
        name, _, domain = said.rpartition("@")
        written = f"{name}@{domain.encode('idna').decode('ascii').lower()}"
        if "." not in domain or not written.isascii() or not written.isprintable():
            raise NoMailAddress(text)
        Address(addr_spec=written)
    except NoMailAddress:
        raise
    except (msgspec.ValidationError, UnicodeError, ValueError, IndexError):
        raise NoMailAddress(text) from None
    return written
