"""Sealed values: what stands in the log where personal data was said.

A token looks like ``⟦sealed:1,<key id>,<field>,<base64url of nonce and ciphertext>⟧``. No step may
hold its opening mark, so no token is ever made by those who write. It says itself by which key it
was sealed, and travels as it is through aggregates, read models, caches and exports. The commas in
it make every writer of CSV put its cell between quotes.
"""

from __future__ import annotations

import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MARK = "⟦sealed:"
"""How every token begins."""
END = "⟧"
ERASED = "[gewist / erased]"
"""What is read in place of a value whose key was destroyed."""

KEY_BYTES = 32
_NONCE_BYTES = 12
_BLOCK = 32
"""Texts are filled up to a multiple of this, so that their length tells little of a name."""


def _form(mark: bytes, comma: bytes, end: bytes) -> re.Pattern[bytes]:
    return re.compile(
        b"%b1%b([A-Za-z0-9_-]{22})%b([A-Za-z][A-Za-z0-9]{0,39})%b"
        b"((?:[A-Za-z0-9_-]{4}){9,}(?:[A-Za-z0-9_-]{2,3})?)%b"
        % (re.escape(mark), comma, comma, comma, end)
    )


TOKEN = _form(MARK.encode(), b",", END.encode())
"""A token among the bytes of an answer or of stored data."""
TOKEN_IN_ADDRESS = _form(quote(MARK).encode(), b"%2C", quote(END).encode())
"""The same in an address, which has all but its letters, digits, ``-`` and ``_`` as octets."""
TOKEN_IN_CALENDAR = _form(MARK.encode(), rb"\\,", END.encode())
"""The same in a text of a calendar (RFC 5545), which has a backslash before each comma."""


class Unopenable(Exception):  # noqa: N818
    """A sealed value was altered, or is opened under another key, field or municipality."""


class Secret(NamedTuple):
    """A value that is sealed before it goes into the log: of whom, which field, and what."""

    project: UUID
    party: str
    field: str
    text: str


class Token(NamedTuple):
    """A sealed value: by which key, which field it was said in, and the nonce and ciphertext."""

    key_id: str
    field: str
    sealed: bytes

    def __str__(self) -> str:
        """Give the token as it stands in stored data."""
        return f"{MARK}1,{self.key_id},{self.field},{_in_base64(self.sealed)}{END}"

    @classmethod
    def found(cls, match: re.Match[bytes]) -> Token:
        """Give the token that :data:`TOKEN` found."""
        key_id, field, sealed = (part.decode("ascii") for part in match.groups())
        return cls(key_id, field, urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4)))


def tokens_in(data: bytes) -> Iterator[Token]:
    """Yield the tokens in stored data, in order."""
    for match in TOKEN.finditer(data):
        yield Token.found(match)


def new_key() -> bytes:
    """Give a new key of 256 random bits."""
    return secrets.token_bytes(KEY_BYTES)


def new_key_id() -> str:
    """Give a new name for a key: 128 random bits, which say nothing of whose it is."""
    return _in_base64(secrets.token_bytes(16))


def seal(key: bytes, tenant: str, key_id: str, field: str, text: str) -> Token:
    """Seal a text under a person's key (AES-256-GCM)."""
    said = text.encode()
    filled = said + b"\0" * (-len(said) % _BLOCK)  # no text of a step holds a NUL
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, filled, _bound_to(tenant, key_id, field))
    return Token(key_id, field, nonce + sealed)


def unseal(key: bytes, tenant: str, token: Token) -> str:
    """Give the text that was sealed. Raises :class:`Unopenable`."""
    nonce, sealed = token.sealed[:_NONCE_BYTES], token.sealed[_NONCE_BYTES:]
    try:
        filled = AESGCM(key).decrypt(nonce, sealed, _bound_to(tenant, token.key_id, token.field))
    except InvalidTag:
        raise Unopenable(token.key_id) from None
    return filled.rstrip(b"\0").decode()


def _bound_to(tenant: str, key_id: str, field: str) -> bytes:
    """Give what a sealed value cannot be moved away from."""
    return f"cocreate sealed value 1\n{tenant}\n{key_id}\n{field}".encode()


def _in_base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
