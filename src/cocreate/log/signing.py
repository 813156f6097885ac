"""The keys with which an installation signs for the trees of its logs.

They live outside the database, in a file: who can write the log cannot sign for it. Each line is
the seed of an Ed25519 key in base64; the last is the newest, and checkpoints are signed with all,
so that whoever trusts an earlier key follows on to the next.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cocreate.log.secret_files import write_secret
from cocreate.log.tree.encoding import base64_of, read_base64
from cocreate.log.tree.errors import Malformed
from cocreate.log.tree.keys import KEY_SIZE, SignatureType, SigningKey, VerifierKey


class SigningKeysWrong(OSError):  # noqa: N818 - OSError, since it is the environment that is wrong
    """The file with the signing keys cannot be used."""


class SigningKeys:
    """The keys of an installation, the newest last."""

    def __init__(self, seeds: Sequence[bytes]) -> None:
        self._seeds = tuple(seeds)

    @classmethod
    def generate(cls) -> Self:
        """Make a single new key."""
        return cls([secrets.token_bytes(KEY_SIZE)])

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read the keys in a file; raises :class:`SigningKeysWrong`, which says none of them."""
        try:
            lines = file.read_text(encoding="ascii").split()
            seeds = [read_base64(line, "A signing key") for line in lines]
        except (OSError, UnicodeDecodeError, Malformed):
            seeds = []
        if not seeds or any(len(seed) != KEY_SIZE for seed in seeds):
            message = f"{file} does not hold signing keys, each 32 bytes in base64 on a line"
            raise SigningKeysWrong(message)
        return cls(seeds)

    @classmethod
    def read_or_make(cls, file: Path) -> Self:
        """Read the keys in a file, made with a first key where there is none.

        Raises :class:`SigningKeysWrong`.
        """
        with contextlib.suppress(FileExistsError):
            cls.generate().write(file, new=True)
        return cls.read(file)

    def write(self, file: Path, *, new: bool = False) -> None:
        """Write the keys to a file that its owner alone may read.

        With ``new`` it raises ``FileExistsError`` where there is one already.
        """
        lines = [f"{base64_of(seed)}\n" for seed in self._seeds]
        write_secret(file, "".join(lines).encode("ascii"), new=new)

    def rotated(self, *, keep: int = 1) -> Self:
        """Give the newest keys, and a new one after them."""
        return type(self)([*self._seeds[-keep:], secrets.token_bytes(KEY_SIZE)])

    def of(self, origin: str) -> Sequence[SigningKey]:
        """Give the keys as those of the log with an origin."""
        return [
            SigningKey(origin, SignatureType.ED25519, Ed25519PrivateKey.from_private_bytes(seed))
            for seed in self._seeds
        ]

    def verifiers(self, origin: str) -> Sequence[VerifierKey]:
        """Give what verifies the signatures of the log with an origin."""
        return [key.verifier for key in self.of(origin)]
