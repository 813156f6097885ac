"""Signatures by which a receiver knows that an event came from here (Standard Webhooks 1.0.0)."""

from __future__ import annotations

import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime

PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret() -> bytes:
    """Give a new secret of 256 random bits."""
    return secrets.token_bytes(SECRET_BYTES)


def as_shown(secret: bytes) -> str:
    """Give a secret as it is shown, once."""
    return PREFIX + b64encode(secret).decode()


def as_kept(shown: str) -> bytes:
    """Give back a secret that was shown. Raises ``ValueError``."""
    return b64decode(shown.removeprefix(PREFIX), validate=True)


def signed_headers(
    keys: Sequence[bytes], message: str, now: datetime, body: bytes
) -> list[tuple[bytes, bytes]]:
    """Give the headers that sign a request, with a signature by each of the secrets.

    A receiver takes it if any of them is by the secret it knows, so one secret follows another
    without a moment at which nothing is taken.
    """
    timestamp = str(int(now.timestamp()))
    content = b".".join((message.encode(), timestamp.encode(), body))
    signatures = (b"v1," + b64encode(hmac.digest(key, content, "sha256")) for key in keys)
    return [
        (b"webhook-id", message.encode()),
        (b"webhook-timestamp", timestamp.encode()),
        (b"webhook-signature", b" ".join(signatures)),
    ]
