"""Keys that sign notes: their names, ids and text forms, and what each kind signs.

Two kinds of C2SP signed-note are known: Ed25519 signatures (type 0x01), with which a log signs its
checkpoints, and timestamped Ed25519 cosignatures (type 0x04, C2SP tlog-cosignature), with which a
witness says that it saw them.
"""

from __future__ import annotations

import re
from enum import IntEnum
from hashlib import sha256
from typing import Self

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from cocreate.log.tree.encoding import base64_of, read_base64
from cocreate.log.tree.errors import Malformed, OutOfRange, SignatureFails
from cocreate.log.tree.hashing import MAX_SIZE

KEY_SIZE = 32
SIGNATURE_SIZE = 64
ID_SIZE = 4
TIME_SIZE = 8

_PRIVATE = "PRIVATE+KEY+"
_ID = re.compile(r"[0-9a-f]{8}")


class SignatureType(IntEnum):
    """The kinds of signatures that are known, by the byte that stands for them."""

    ED25519 = 0x01
    COSIGNATURE = 0x04


class Signature(msgspec.Struct, frozen=True):
    """A signature on a note, of whatever type, verified or not."""

    name: str
    """The name of the key."""
    key_id: bytes
    value: bytes
    """What the key made of the note's text."""

    def __post_init__(self) -> None:
        require_name(self.name)
        if len(self.key_id) != ID_SIZE or not self.value:
            message = f"The signature of {self.name} is too short"
            raise Malformed(message)

    @classmethod
    def parse(cls, line: str) -> Self:
        """Read the line of a signature, without the newline; raises :class:`Malformed`."""
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        if dash != "\N{EM DASH}":
            message = f"This is no line of a signature: {line!r}"
            raise Malformed(message)
        value = read_base64(encoded, f"The signature of {name}")
        return cls(name, value[:ID_SIZE], value[ID_SIZE:])

    def __str__(self) -> str:
        return f"\N{EM DASH} {self.name} {base64_of(self.key_id + self.value)}"


class VerifierKey(msgspec.Struct, frozen=True):
    """A public key, what it is called, and what kind of signatures it verifies."""

    name: str
    type: SignatureType
    public: bytes

    def __post_init__(self) -> None:
        require_name(self.name)
        if len(self.public) != KEY_SIZE:
            message = f"The key of {self.name} has {len(self.public)} bytes, not {KEY_SIZE}"
            raise Malformed(message)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a key in the form ``name+id+key``; raises :class:`Malformed`."""
        name, key_id, kind, public = _read_key(text)
        key = cls(name, kind, public)
        _require_id(key_id, key)
        return key

    @property
    def key_id(self) -> bytes:
        """What tells this key from others of the same name: four bytes."""
        material = b"%b\n%c%b" % (self.name.encode(), self.type, self.public)
        return sha256(material).digest()[:ID_SIZE]

    def __str__(self) -> str:
        return _key_text(self, self.public)

    def verify(self, text: str, signature: Signature) -> int | None:
        """Check the signature of this key on the text of a note.

        Gives when a cosignature was made, in seconds since 1970, and None for any other; raises
        :class:`SignatureFails`.
        """
        if (signature.name, signature.key_id) != (self.name, self.key_id):
            message = f"The signature is not said to be of {_label(self)}"
            raise SignatureFails(message)
        time_size = TIME_SIZE if self.type is SignatureType.COSIGNATURE else 0
        if len(signature.value) != time_size + SIGNATURE_SIZE:
            message = f"The signature of {_label(self)} has a wrong length"
            raise SignatureFails(message)
        at = int.from_bytes(signature.value[:time_size], "big") if time_size else None
        if at is not None and at > MAX_SIZE:
            message = f"The cosignature of {_label(self)} has a time beyond {MAX_SIZE}"
            raise SignatureFails(message)
        public = Ed25519PublicKey.from_public_bytes(self.public)
        try:
            public.verify(signature.value[time_size:], _signed_bytes(text, at))
        except InvalidSignature:
            message = f"The signature of {_label(self)} is not of this text"
            raise SignatureFails(message) from None
        return at


class SigningKey:
    """A private key, what it is called, and what kind of signatures it makes."""

    def __init__(self, name: str, kind: SignatureType, private: Ed25519PrivateKey) -> None:
        self.verifier = VerifierKey(name, kind, private.public_key().public_bytes_raw())
        """The key that verifies what this one signs."""
        self._private = private

    @classmethod
    def generate(cls, name: str, kind: SignatureType = SignatureType.ED25519) -> Self:
        """Make a new key; raises :class:`Malformed` for what cannot be the name of a key."""
        return cls(name, kind, Ed25519PrivateKey.generate())

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a key as :meth:`secret` gives it.

        Raises :class:`Malformed`, whose message shows nothing of the text.
        """
        try:
            if not text.startswith(_PRIVATE):
                raise Malformed
            name, key_id, kind, seed = _read_key(text.removeprefix(_PRIVATE))
        except Malformed:
            message = f"A private key has the form {_PRIVATE}name+id+key, and this has not"
            raise Malformed(message) from None
        key = cls(name, kind, Ed25519PrivateKey.from_private_bytes(seed))
        _require_id(key_id, key.verifier)
        return key

    def secret(self) -> str:
        """Give the key as text, ``PRIVATE+KEY+name+id+key``: who has it can sign."""
        return _PRIVATE + _key_text(self.verifier, self._private.private_bytes_raw())

    def sign(self, text: str) -> Signature:
        """Sign the text of a note; for a key of type :attr:`SignatureType.ED25519`."""
        self._require_type(SignatureType.ED25519)
        return self._signature(self._private.sign(_signed_bytes(text, None)))

    def cosign(self, text: str, at: int) -> Signature:
        """Say that this is the newest checkpoint seen at a time, in seconds since 1970.

        For a key of type :attr:`SignatureType.COSIGNATURE`.
        """
        self._require_type(SignatureType.COSIGNATURE)
        if not 0 <= at <= MAX_SIZE:
            message = f"A cosignature cannot be of the time {at}"
            raise OutOfRange(message)
        signed = self._private.sign(_signed_bytes(text, at))
        return self._signature(at.to_bytes(TIME_SIZE, "big") + signed)

    def _signature(self, value: bytes) -> Signature:
        return Signature(self.verifier.name, self.verifier.key_id, value)

    def _require_type(self, kind: SignatureType) -> None:
        if self.verifier.type is not kind:
            message = f"{_label(self.verifier)} makes no signatures of type {kind:#04x}"
            raise TypeError(message)


def require_name(name: str) -> None:
    """Raise :class:`Malformed` for what cannot be the name of a key.

    It is not empty, and has no Unicode spaces, no plus, and nothing that a note cannot have.
    """
    if not name or any(char == "+" or char.isspace() or is_foreign(char) for char in name):
        message = f"This cannot be the name of a key: {name!r}"
        raise Malformed(message)


def is_foreign(char: str) -> bool:
    """Tell whether a note cannot have this character: a control character, or not UTF-8."""
    return (char < " " and char != "\n") or "\ud800" <= char <= "\udfff"


def _signed_bytes(text: str, at: int | None) -> bytes:
    """Give what is signed: the text, for a cosignature after a header with its time."""
    header = "" if at is None else f"cosignature/v1\ntime {at}\n"
    return (header + text).encode()


def _label(key: VerifierKey) -> str:
    return f"{key.name}+{key.key_id.hex()}"


def _key_text(key: VerifierKey, material: bytes) -> str:
    return f"{_label(key)}+{base64_of(bytes([key.type]) + material)}"


def _read_key(text: str) -> tuple[str, str, SignatureType, bytes]:
    """Give name, id, type and 32 bytes of a key."""
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    require_name(name)
    if not _ID.fullmatch(key_id):
        message = f"The id of the key of {name} is not eight hexadecimal digits"
        raise Malformed(message)
    material = read_base64(encoded, f"The key of {name}")
    kind, key = material[:1], material[1:]
    if kind not in (bytes([known]) for known in SignatureType):
        message = f"The key of {name} is of an unknown type: {kind.hex() or 'none'}"
        raise Malformed(message)
    if len(key) != KEY_SIZE:
        message = f"The key of {name} has {len(key)} bytes, not {KEY_SIZE}"
        raise Malformed(message)
    return name, key_id, SignatureType(kind[0]), key


def _require_id(key_id: str, key: VerifierKey) -> None:
    if key.key_id.hex() != key_id:
        message = f"The id of the key of {key.name} is {key.key_id.hex()}, not {key_id}"
        raise Malformed(message)
