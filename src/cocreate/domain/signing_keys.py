"""The keys that sign for the tree of a log: each new one is announced in the log itself.

The checkpoint that has the announcement in its tree is signed with the key of before: so whoever
trusts that one learns of the next from the log, and from nobody else. The announcements have a
history of their own within the log of the municipality.
"""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID, uuid5

from cocreate.domain.steps.base import Event, EventMeta, Line, Step

_NAMESPACE = UUID("5b0c6f3e-0a53-5c35-9a3b-7a1c2f4f0d52")


class AnnounceSigningKey(Step, frozen=True, kw_only=True):
    """Another key signs for the log from now on, beside the one of before."""

    noun: ClassVar = "signing-keys"

    verifier_key: Line
    """What verifies its signatures (C2SP signed-note)."""


class SigningKeyAnnounced(
    AnnounceSigningKey, Event, frozen=True, kw_only=True, metaclass=EventMeta
):
    """A key was announced."""


def signing_keys_id(code: str) -> UUID:
    """Give the id of the history of the keys that sign for a municipality's log."""
    return uuid5(_NAMESPACE, code)
