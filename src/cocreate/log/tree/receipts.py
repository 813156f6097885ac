"""Receipts: a small text that proves an entry is in a log, for anyone to keep (C2SP tlog-proof).

A receipt reads::

    c2sp.org/tlog-proof@v1
    extra <base64 of further data; the line is left out where there is none>
    index <index of the entry, from 0>
    <base64 of a hash of the inclusion proof, one a line>

    <the checkpoint, a signed note>
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

import msgspec

from cocreate.log.tree.checkpoints import Checkpoint, SignedCheckpoint, open_checkpoint
from cocreate.log.tree.encoding import base64_of, read_base64, read_hash, read_number
from cocreate.log.tree.errors import Malformed
from cocreate.log.tree.hashing import Hash, Subtrees, leaf_hash, require_hashes
from cocreate.log.tree.keys import VerifierKey
from cocreate.log.tree.notes import Note
from cocreate.log.tree.proofs import inclusion_proof, verify_inclusion

HEADER = "c2sp.org/tlog-proof@v1"
SUFFIX = ".tlog-proof"
"""How the name of a file with a receipt ends."""


class Receipt(msgspec.Struct, frozen=True):
    """The proof that a log has an entry. Nothing is to be believed of it before :meth:`verify`."""

    index: int
    """Where the entry is in the tree, from 0."""
    proof: tuple[Hash, ...]
    """The inclusion proof, from the leaf up."""
    note: Note
    """The checkpoint of the tree that has the entry."""
    extra: bytes = b""
    """What the application adds; the receipt does not prove it."""

    def __post_init__(self) -> None:
        require_hashes(self.proof, "A hash of the inclusion proof")

    @classmethod
    def issued(cls, index: int, note: Note, subtrees: Subtrees, extra: bytes = b"") -> Self:
        """Give the receipt of the entry at an index, in the tree of a signed checkpoint.

        Raises :class:`~cocreate.log.tree.errors.OutOfRange` where that tree has no such entry.
        """
        size = Checkpoint.parse(note.text).size
        return cls(index, tuple(inclusion_proof(index, size, subtrees)), note, extra)

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a receipt; raises :class:`Malformed`."""
        head, blank, checkpoint = data.partition(b"\n\n")
        if not blank:
            message = "The receipt has no blank line before its checkpoint"
            raise Malformed(message)
        try:
            header, *lines = head.decode("ascii").split("\n")
        except UnicodeDecodeError as problem:
            message = f"The receipt is not ASCII from byte {problem.start} on"
            raise Malformed(message) from None
        if header != HEADER:
            message = f"The receipt does not begin with {HEADER}"
            raise Malformed(message)
        extra = _value("extra", lines.pop(0)) if lines and lines[0].startswith("extra ") else None
        if extra == "":
            message = "The receipt has a line for extra data, and nothing in it"
            raise Malformed(message)
        if not lines:
            message = "The receipt has no line with the index of the entry"
            raise Malformed(message)
        return cls(
            read_number(_value("index", lines[0]), "The index in the receipt"),
            tuple(read_hash(line, "A hash of the inclusion proof") for line in lines[1:]),
            Note.parse(checkpoint),
            b"" if extra is None else read_base64(extra, "The extra data of the receipt"),
        )

    def __bytes__(self) -> bytes:
        extra = [f"extra {base64_of(self.extra)}"] if self.extra else []
        head = [HEADER, *extra, f"index {self.index}", *map(base64_of, self.proof), "", ""]
        return "\n".join(head).encode() + bytes(self.note)

    def verify(self, entry: bytes, origin: str, keys: Iterable[VerifierKey]) -> SignedCheckpoint:
        """Check that this entry is in the log with this origin, by the keys that are trusted.

        Gives the checkpoint, with the cosignatures of the witnesses among the keys: how many there
        must be, and how old they may be, is for the caller to say. Raises what
        :func:`~cocreate.log.tree.checkpoints.open_checkpoint` and
        :func:`~cocreate.log.tree.proofs.verify_inclusion` raise.
        """
        signed = open_checkpoint(self.note, origin, keys)
        tree = signed.checkpoint
        verify_inclusion(leaf_hash(entry), self.index, tree.size, self.proof, tree.root)
        return signed


def _value(label: str, line: str) -> str:
    found, space, value = line.partition(" ")
    if found != label or not space:
        message = f"The receipt has the line {line!r} where {label!r} should be"
        raise Malformed(message)
    return value
