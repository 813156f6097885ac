"""Who follows a project by e-mail, and wants to: an address says so itself before it is written to.

The address is sealed under a key that is of one follower alone. Whoever leaves is deleted, and the
key destroyed: nothing of it is left in a database, or in a backup without the keys of that day.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID, uuid4

import asyncpg
import msgspec

from cocreate.domain.glossary import Language
from cocreate.log.connection import Pool
from cocreate.log.keys import Keys
from cocreate.log.opening import in_json, opened
from cocreate.log.tokens import Secret

TOPIC = "followers"
"""The topic of the signal that somebody asked to follow, or does."""
ASKED_AGAIN_AFTER = timedelta(hours=1)
"""How long after one question an address is sent the same once more, whoever asks for it."""
MOST_QUESTIONS = 5
"""How many questions an address has open at most in a municipality: it may not be its reader who
asks."""

_ALL = ""
"""The subject of whoever follows all of a project."""
_PROOF_BYTES = 16


class Following(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What somebody follows, or was asked whether to; ``subject`` is None for all of a project."""

    follower: UUID
    project: UUID
    subject: str | None
    language: Language
    asked_at: datetime
    confirmed_at: datetime | None
    """None until whoever reads the address said so."""
    position: int
    """The position of the log up to which all was told."""
    version: int
    """The version of the project up to which it was looked at."""


class HeldFollower(msgspec.Struct, frozen=True, kw_only=True):
    """A follower whom this process sends to, and nobody else does."""

    following: Following
    sender: UUID
    failures: int
    stands: int
    """The version at which the project stands."""


class DueFollower(NamedTuple):
    """A follower for whom there is something to do, when, and how long that is from now."""

    tenant: str
    follower: UUID
    at: datetime
    waits: timedelta
    confirmed: bool


class HeldFollowing(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What is held on an address: what it follows, in which language, and since when."""

    municipality: str
    address: str
    following: Sequence[Following]


class Followers:
    """Keeps who follows. Raises what :class:`~cocreate.log.keys.Keys` raises."""

    def __init__(self, pool: Pool, keys: Keys) -> None:
        self._pool = pool
        self._keys = keys

    # -- what somebody who follows does -----------------------------------------------------------

    async def ask(
        self, tenant: str, project: UUID, subject: str | None, address: str, language: Language
    ) -> bool:
        """Let an address be asked whether it follows, and tell whether it is to be sent that.

        Whoever asks is to be told the same either way: it is nobody's business who follows.
        """
        follower = uuid4()
        [sealed] = (await self._keys.seal(tenant, [_secret(project, follower, address)])).values()
        asked: UUID | None = await self._pool.fetchval(
            "select cocreate.ask_follower($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            tenant,
            follower,
            project,
            subject or _ALL,
            str(sealed),
            await self._mark(tenant, address),
            language,
            ASKED_AGAIN_AFTER,
            MOST_QUESTIONS,
        )
        if asked != follower:
            await self._keys.destroy(tenant, [sealed.key_id])
        return asked is not None

    async def token(self, tenant: str, follower: UUID) -> str:
        """Give what a letter holds for its reader to answer with: nobody else can make it up."""
        proof = await self._proof(tenant, follower)
        return urlsafe_b64encode(follower.bytes + proof).decode("ascii").rstrip("=")

    async def find(self, tenant: str, token: str) -> Following | None:
        """Give who answers with a token; None where it is none, or somebody left."""
        try:
            said = urlsafe_b64decode(token + "=" * (-len(token) % 4))
            follower = UUID(bytes=said[:16])
        except ValueError:
            return None
        if not hmac.compare_digest(said[16:], await self._proof(tenant, follower)):
            return None
        row = await self._pool.fetchrow(
            "select * from cocreate.read_follower($1, $2)", tenant, follower
        )
        return None if row is None else _following(row)

    async def confirm(self, tenant: str, follower: UUID) -> None:
        """Note that the reader of the address said yes: from here on all is told."""
        await self._pool.execute("select cocreate.confirm_follower($1, $2)", tenant, follower)

    async def leave(self, tenant: str, following: Following) -> bool:
        """Delete a follower and destroy the key, both or neither; tell whether there was one."""
        async with self._pool.acquire() as connection, connection.transaction():
            ids = await self._keys.of_person(
                tenant, following.project, _party(following.follower), connection
            )
            await self._keys.destroy(tenant, ids, connection)
            there: bool = await connection.fetchval(
                "select cocreate.forget_follower($1, $2)", tenant, following.follower
            )
        return there

    async def of_address(self, tenant: str, address: str) -> Sequence[Following]:
        """Give all that is held on an address (AVG, art. 15)."""
        rows = await self._pool.fetch(
            "select * from cocreate.read_followed($1, $2)",
            tenant,
            await self._mark(tenant, address),
        )
        return [_following(row) for row in rows]

    # -- what whoever writes to them does ---------------------------------------------------------

    async def hold(self, tenant: str, follower: UUID, within: timedelta) -> HeldFollower | None:
        """Hold a follower to send to; None where nothing is due, or another process sends."""
        sender = uuid4()
        row = await self._pool.fetchrow(
            "select * from cocreate.begin_letter($1, $2, $3, $4)", tenant, follower, sender, within
        )
        if row is None:
            return None
        return HeldFollower(
            following=_following(row),
            sender=sender,
            failures=row["failures"],
            stands=row["stands"],
        )

    async def address(self, tenant: str, follower: UUID) -> str | None:
        """Open the address of a follower; None where there is no such follower any more."""
        row = await self._pool.fetchrow(
            "select * from cocreate.read_follower($1, $2)", tenant, follower
        )
        if row is None:
            return None
        told = await opened(self._keys, tenant, msgspec.json.encode(row["address"]), in_json)
        return None if told.erased else msgspec.json.decode(told.data, type=str)

    async def release(
        self,
        tenant: str,
        held: HeldFollower,
        *,
        position: int | None = None,
        version: int | None = None,
        failures: int = 0,
        wait: timedelta,
    ) -> None:
        """Let go of a follower who was told up to a position, to be due again after a while."""
        following = held.following
        await self._pool.execute(
            "select cocreate.end_letter($1, $2, $3, $4, $5, $6, $7)",
            tenant,
            following.follower,
            held.sender,
            following.position if position is None else position,
            following.version if version is None else version,
            failures,
            wait,
        )

    async def _mark(self, tenant: str, address: str) -> bytes:
        """Give the fingerprint of an address, however its letters are written."""
        digest = sha256(b"address of a follower " + address.casefold().encode()).digest()
        return await self._keys.fingerprint(tenant, digest)

    async def _proof(self, tenant: str, follower: UUID) -> bytes:
        digest = sha256(b"letter to a follower " + follower.bytes).digest()
        return (await self._keys.fingerprint(tenant, digest))[:_PROOF_BYTES]


async def tenants_followed(pool: Pool) -> set[str]:
    """Give the municipalities in which somebody follows, in the role that sees that of all."""
    rows = await pool.fetch("select distinct tenant_id from cocreate.follower")
    return {row["tenant_id"] for row in rows}


async def followers_due(pool: Pool, tenants: Sequence[str]) -> list[DueFollower]:
    """Give for whom there is something to do, in the role that sees that of all."""
    rows = await pool.fetch("select * from cocreate.followers_due($1)", tenants)
    return [DueFollower(*row) for row in rows]


def _party(follower: UUID) -> str:
    """Give whom the key of an address is of. No party of a project has a space in its name."""
    return f"follower {follower}"


def _secret(project: UUID, follower: UUID, address: str) -> Secret:
    return Secret(project, _party(follower), "address", address)


def _following(row: asyncpg.Record) -> Following:
    return Following(
        follower=row["follower"],
        project=row["project_id"],
        subject=row["subject"] or None,
        language=row["language"],
        asked_at=row["asked_at"],
        confirmed_at=row["confirmed_at"],
        position=row["position"],
        version=row["version"],
    )
