"""Signed notes: a text, and below it the signatures on it (C2SP signed-note)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

import msgspec

from cocreate.log.tree.errors import Malformed, NotSigned
from cocreate.log.tree.keys import Signature, SigningKey, VerifierKey, is_foreign

MAX_SIGNATURES = 100
"""How many signatures a note has at most; the specification asks for no fewer than 16."""


class Verified(msgspec.Struct, frozen=True):
    """A signature that was checked."""

    key: VerifierKey
    at: int | None
    """When a cosignature was made, in seconds since 1970; None for any other."""


class Note(msgspec.Struct, frozen=True):
    """A text and the signatures on it. Nothing is to be believed of it before :meth:`verify`."""

    text: str
    """Ends with a newline, and has no other control characters of ASCII."""
    signatures: tuple[Signature, ...]

    def __post_init__(self) -> None:
        require_text(self.text)
        if not 1 <= len(self.signatures) <= MAX_SIGNATURES:
            message = f"The note has {len(self.signatures)} signatures, not 1 to {MAX_SIGNATURES}"
            raise Malformed(message)

    @classmethod
    def signed(cls, text: str, *keys: SigningKey) -> Self:
        """Sign a text with each key; raises :class:`Malformed` for what cannot be a note's text."""
        require_text(text)
        return cls(text, tuple(key.sign(text) for key in keys))

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a note; raises :class:`Malformed`."""
        try:
            whole = data.decode()
        except UnicodeDecodeError as problem:
            message = f"The note is not UTF-8 from byte {problem.start} on"
            raise Malformed(message) from None
        text, blank, block = whole.rpartition("\n\n")
        if not blank or not block.endswith("\n"):
            message = "The note does not end with a blank line and lines of signatures"
            raise Malformed(message)
        return cls(f"{text}\n", tuple(map(Signature.parse, block[:-1].split("\n"))))

    def __bytes__(self) -> bytes:
        return "\n".join([self.text, *map(str, self.signatures), ""]).encode()

    def also_signed(self, *signatures: Signature) -> Self:
        """Give the note with further signatures."""
        return type(self)(self.text, (*self.signatures, *signatures))

    def verify(self, keys: Iterable[VerifierKey]) -> tuple[Verified, ...]:
        """Give which of these keys signed the note, in the order of their first signatures.

        Signatures of other keys are ignored. Raises
        :class:`~cocreate.log.tree.errors.SignatureFails` when one that is said to be of these keys
        is not, :class:`NotSigned` when there is none, and :class:`Malformed` when two of the keys
        cannot be told apart.
        """
        known = _by_name(keys)
        verified: dict[VerifierKey, Verified] = {}
        for signature in self.signatures:
            key = known.get((signature.name, signature.key_id))
            if key is not None:
                checked = Verified(key, key.verify(self.text, signature))
                verified.setdefault(key, checked)
        if not verified:
            names = ", ".join(sorted({key.name for key in known.values()})) or "a known key"
            message = f"The note has no signature of {names}"
            raise NotSigned(message)
        return tuple(verified.values())


def require_text(text: str) -> None:
    """Raise :class:`Malformed` for what cannot be the text of a note."""
    wrong = next(filter(is_foreign, text), None)
    if wrong is not None:
        message = f"The text of the note has a character that no note can have: {wrong!r}"
        raise Malformed(message)
    if not text.endswith("\n"):
        message = "The text of the note does not end with a newline"
        raise Malformed(message)


def _by_name(keys: Iterable[VerifierKey]) -> dict[tuple[str, bytes], VerifierKey]:
    known: dict[tuple[str, bytes], VerifierKey] = {}
    for key in keys:
        if known.setdefault((key.name, key.key_id), key) != key:
            message = f"Two keys are both called {key.name} and have the id {key.key_id.hex()}"
            raise Malformed(message)
    return known
