"""Checkpoints: a log says how large its tree is, and what its root is (C2SP tlog-checkpoint)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

import msgspec

from cocreate.log.tree.encoding import base64_of, read_hash, read_number
from cocreate.log.tree.errors import Malformed, NotSigned, OutOfRange, WrongOrigin
from cocreate.log.tree.hashing import EMPTY_ROOT, MAX_SIZE, Hash, require_hashes
from cocreate.log.tree.keys import SignatureType, VerifierKey
from cocreate.log.tree.notes import Note, Verified, require_text


class Checkpoint(msgspec.Struct, frozen=True):
    """What a log says of its tree; the text of a note."""

    origin: str
    """Which log it is: its prefix without scheme and without slash at the end."""
    size: int
    root: Hash
    extensions: tuple[str, ...] = ()
    """Further lines; the specification advises against them."""

    def __post_init__(self) -> None:
        if not 0 <= self.size <= MAX_SIZE:
            message = f"A tree cannot have {self.size} entries"
            raise OutOfRange(message)
        require_hashes([self.root], "The root of the checkpoint")
        if self.size == 0 and self.root != EMPTY_ROOT:
            message = "The root of the checkpoint is not that of an empty tree"
            raise Malformed(message)
        for line in (self.origin, *self.extensions):
            require_text(f"{line}\n")
            if not line or "\n" in line:
                message = f"A checkpoint cannot have the line {line!r}"
                raise Malformed(message)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text of a checkpoint; raises :class:`Malformed`."""
        require_text(text)
        lines = text[:-1].split("\n")
        if len(lines) < 3 or "" in lines:
            message = "A checkpoint has three lines or more, and none is empty"
            raise Malformed(message)
        origin, size, root, *extensions = lines
        return cls(
            origin,
            read_number(size, "The size in the checkpoint"),
            read_hash(root, "The root in the checkpoint"),
            tuple(extensions),
        )

    @property
    def text(self) -> str:
        """The lines of the checkpoint, for signing."""
        lines = (self.origin, str(self.size), base64_of(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


class SignedCheckpoint(msgspec.Struct, frozen=True):
    """A checkpoint that its log signed, and who else is known to have signed it."""

    checkpoint: Checkpoint
    signatures: tuple[Verified, ...]
    """Those of known keys: the log's, and the cosignatures of witnesses."""


def open_checkpoint(note: Note, origin: str, keys: Iterable[VerifierKey]) -> SignedCheckpoint:
    """Give the checkpoint in a note, once a key of the log with this origin is seen to have signed.

    A key is the log's when it is named after the origin, and of type Ed25519. Raises
    :class:`WrongOrigin` for a checkpoint of another log, :class:`NotSigned` when no key of the log
    signed it, :class:`~cocreate.log.tree.errors.SignatureFails` when a known key is only said to
    have signed, and :class:`Malformed`.
    """
    signatures = note.verify(keys)
    checkpoint = Checkpoint.parse(note.text)
    if checkpoint.origin != origin:
        message = f"The checkpoint is of {checkpoint.origin!r}, not of {origin!r}"
        raise WrongOrigin(message)
    if not any(_is_of_log(signature.key, origin) for signature in signatures):
        message = f"The checkpoint has no signature of the log {origin!r} itself"
        raise NotSigned(message)
    return SignedCheckpoint(checkpoint, signatures)


def _is_of_log(key: VerifierKey, origin: str) -> bool:
    return key.name == origin and key.type is SignatureType.ED25519
