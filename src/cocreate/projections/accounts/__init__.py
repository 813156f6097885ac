"""The one fold: what the steps of a project come to, for an audience.

Each step changes the accounts of the subjects it is about, by the chapter it belongs to. Every
fact that any read model tells comes from an account, so that no two can disagree.
"""

from __future__ import annotations

from cocreate.projections.accounts import (  # noqa: F401 - each registers its chapter
    approvals,
    commitments,
    course,
    decisions,
    municipality,
    obstacles,
    wishes,
)
from cocreate.projections.accounts.account import (
    Account,
    AnyAccount,
    MunicipalityAccount,
    ProjectAccount,
    decode,
    encode,
)
from cocreate.projections.accounts.ledger import Accounts, key_of, related, touched

__all__ = [
    "VERSION",
    "Account",
    "Accounts",
    "AnyAccount",
    "MunicipalityAccount",
    "ProjectAccount",
    "decode",
    "encode",
    "key_of",
    "related",
    "touched",
]

VERSION = 8
"""Counts up when the fold comes to other accounts for the same log."""
