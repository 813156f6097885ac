"""The master key, which wraps the keys of municipalities; or a service that keeps one.

Whoever has a key management service gives an object with the three members of
:class:`KeyManagement`; nothing else here knows how the master key is kept.
"""

from __future__ import annotations

import contextlib
import secrets
from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cocreate.log.errors import MasterKeyWrong
from cocreate.log.secret_files import write_secret
from cocreate.log.tokens import KEY_BYTES, new_key

_NONCE_BYTES = 12


class KeyManagement(Protocol):
    """What wraps keys under one that it does not give away."""

    @property
    def name(self) -> str:
        """The name of the key that wraps, stored beside what it wrapped."""

    async def wrap(self, key: bytes, context: bytes) -> bytes:
        """Give a key wrapped, bound to a context that is given again to unwrap it."""

    async def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Give back a key. Raises :class:`~cocreate.log.errors.MasterKeyWrong`."""


class MasterKey:
    """A master key that the process holds itself (AES-256-GCM)."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            message = f"A master key is {KEY_BYTES} bytes in base64, not {len(key)}"
            raise MasterKeyWrong(message)
        self._key = key
        self._name = sha256(b"cocreate master key\n" + key).hexdigest()[:16]

    @classmethod
    def of(cls, text: str) -> MasterKey:
        """Give the key from base64. Raises :class:`~cocreate.log.errors.MasterKeyWrong`."""
        try:
            key = b64decode(text.strip(), validate=True)
        except ValueError:
            message = "A master key is 32 bytes in base64; this is no base64"
            raise MasterKeyWrong(message) from None
        return cls(key)

    @classmethod
    def read(cls, file: Path) -> MasterKey:
        """Read the key from a file. Raises OSError."""
        return cls.of(file.read_text(encoding="ascii", errors="replace"))

    @classmethod
    def given(cls, text: str | None, file: Path | None) -> MasterKey | None:
        """Give the key that is set as a text or in a file; None where neither is.

        Raises OSError, or :class:`~cocreate.log.errors.MasterKeyWrong`.
        """
        if text is not None:
            return cls.of(text)
        return None if file is None else cls.read(file)

    @property
    def name(self) -> str:
        """The first digits of a hash, which tell one master key from another."""
        return self._name

    async def wrap(self, key: bytes, context: bytes) -> bytes:
        """Give a key wrapped."""
        return wrap(self._key, key, context)

    async def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Give back a key. Raises :class:`~cocreate.log.errors.MasterKeyWrong`."""
        return unwrap(self._key, wrapped, context)

    def derived(self, purpose: bytes) -> bytes:
        """Give a key of 32 bytes for another purpose, which says nothing of this one (RFC 5869)."""
        return HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose).derive(self._key)

    def __repr__(self) -> str:
        """Tell which key it is, never the key."""
        return f"MasterKey({self.name})"


def made_in(file: Path) -> MasterKey:
    """Give the master key in a file that only its owner reads; made if it is not there."""
    with contextlib.suppress(FileExistsError):
        write_secret(file, b64encode(new_key()) + b"\n", new=True)
    return MasterKey.read(file)


def wrap(by: bytes, key: bytes, context: bytes) -> bytes:
    """Wrap a key under another: nonce and ciphertext, bound to a context."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(by).encrypt(nonce, key, context)


def unwrap(by: bytes, wrapped: bytes, context: bytes) -> bytes:
    """Give back a key. Raises :class:`~cocreate.log.errors.MasterKeyWrong`."""
    try:
        return AESGCM(by).decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], context)
    except (InvalidTag, ValueError):
        message = f"A key cannot be unwrapped: {context.decode()}"
        raise MasterKeyWrong(message) from None
