"""The keys of people: made when their data is first said, fetched to open it, destroyed for good.

Keys of people are kept in no process, so that an erasure holds at once, everywhere. Those of
municipalities are, and only open what the database still has.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Collection, Iterable, Mapping, Sequence
from hashlib import sha256
from uuid import UUID

import asyncpg
import msgspec

from cocreate.log.connection import AnyConnection, Pool, act_for
from cocreate.log.errors import LogUnavailable, MasterKeyWrong, NoMasterKey
from cocreate.log.master import KeyManagement, unwrap, wrap
from cocreate.log.tokens import Secret, Token, new_key, new_key_id, seal

ATTEMPTS = 3
"""How often keys are looked up anew when another process rotated or destroyed some."""

LOCK_MILLISECONDS = 100
TURNS = 20
PAUSE = 0.1
"""For how long a shelf is waited for at a time, how often, and the seconds between."""


class MunicipalityKey(msgspec.Struct, frozen=True):
    """The key of a municipality, and the one of its fingerprints."""

    number: int
    key: bytes
    pepper: bytes

    def __repr__(self) -> str:
        """Tell which it is, never the key."""
        return f"MunicipalityKey({self.number})"


class Keys:
    """The keys of an installation.

    Without ``master`` every method that seals or opens raises
    :class:`~cocreate.log.errors.NoMasterKey`. With the wrong one, it raises
    :class:`~cocreate.log.errors.MasterKeyWrong`.
    """

    def __init__(self, pool: Pool, master: KeyManagement | None) -> None:
        self._pool = pool
        self._master = master
        self._kept: dict[str, MunicipalityKey] = {}

    @property
    def at_hand(self) -> bool:
        """Whether there is a master key, so that personal data can be recorded at all."""
        return self._master is not None

    async def require(self) -> None:
        """Check that the master key is at hand where there is anything to open with it."""
        names = {row["name"] for row in await self._pool.fetch(_MASTERS)}
        if not names:
            return
        if self._master is None:
            raise NoMasterKey
        if self._master.name not in names:
            raise _not_of_this(self._master.name, names)

    async def seal(
        self, tenant: str, secrets: Collection[Secret], database: Pool | AnyConnection | None = None
    ) -> Mapping[Secret, Token]:
        """Seal values under the keys of those they are of, made where they have none.

        One round trip, where the municipality's key is known.
        """
        people = sorted({(secret.project, secret.party) for secret in secrets})
        found = await self._ensure(tenant, people, database or self._pool)
        sealed = {}
        for secret in secrets:
            key_id, key = found[secret.project, secret.party]
            sealed[secret] = seal(key, tenant, key_id, secret.field, secret.text)
        return sealed

    async def find(self, tenant: str, key_ids: Iterable[str]) -> Mapping[str, bytes]:
        """Give the keys of people by their ids, in one query, but for those that were destroyed."""
        wanted = sorted(set(key_ids))
        for _ in range(ATTEMPTS):
            rows = await self._pool.fetch(
                "select * from cocreate_keys.find($1, $2)", tenant, wanted
            )
            if not rows:
                return {}
            by = await self._municipality(tenant, self._pool)
            if all(row["number"] == by.number for row in rows):
                return {row["key_id"]: _unwrapped(by, row) for row in rows}
            self._kept.pop(tenant, None)  # another process rotated it
        raise _keeps_changing(tenant)

    async def fingerprint(self, tenant: str, digest: bytes) -> bytes:
        """Give the fingerprint of a command that holds personal data, which is in its hash.

        Keyed, so that a name cannot be found by trying.
        """
        municipality = await self._municipality(tenant, self._pool)
        return hmac.digest(municipality.pepper, digest, "sha256")

    async def people(self, tenant: str) -> list[tuple[UUID, str]]:
        """Give whose data is sealed in a municipality: the project and the party of each."""
        async with self._pool.acquire() as connection, connection.transaction():
            await act_for(connection, tenant)
            rows = await connection.fetch(_PEOPLE, tenant)
        return sorted((row["project_id"], row["party"]) for row in rows)

    async def of_person(
        self, tenant: str, project: UUID, party: str, database: Pool | AnyConnection | None = None
    ) -> list[str]:
        """Give the ids of the keys of a person: one, or none."""
        rows = await (database or self._pool).fetch(
            "select * from cocreate_keys.find_of($1, $2, $3)", tenant, project, party
        )
        return [row[0] for row in rows]

    async def wrap_secret(self, tenant: str, secret: bytes, context: bytes) -> tuple[int, bytes]:
        """Wrap a secret of a municipality by its key, and give the number of that key."""
        by = await self._municipality(tenant, self._pool)
        return by.number, wrap(by.key, secret, context)

    async def unwrap_secret(
        self, tenant: str, number: int, wrapped: bytes, context: bytes
    ) -> bytes:
        """Give back a secret that was wrapped by the key with a number."""
        by = await self._municipality(tenant, self._pool)
        if by.number != number:
            self.forget(tenant)  # another process rotated it
            by = await self._municipality(tenant, self._pool)
        return unwrap(by.key, wrapped, context)

    def forget(self, tenant: str) -> None:
        """Ask the database for the key of a municipality the next time."""
        self._kept.pop(tenant, None)

    async def destroy(
        self,
        tenant: str,
        key_ids: Collection[str],
        database: Pool | AnyConnection | None = None,
    ) -> int:
        """Destroy keys, and give how many there were."""
        destroyed: int = await (database or self._pool).fetchval(
            "select cocreate_keys.destroy($1, $2)", tenant, sorted(key_ids)
        )
        return destroyed

    async def rotate(self, tenant: str, master: KeyManagement | None = None) -> int:
        """Give a municipality a new key, and wrap the keys of its people by that; no event changes.

        With ``master``, the new key is wrapped by that one. Gives how many keys of people were
        wrapped anew; all of them are, or none.
        """
        by = master or self._required()
        async with self._pool.acquire() as connection, connection.transaction():
            rows = await connection.fetch(
                "select * from cocreate_keys.hold_municipality($1)", tenant
            )
            if not rows:
                return 0
            if master is not None and rows[0]["master"] == master.name:
                return 0  # an earlier rotation that was broken off came as far as this one
            old = await self._open(rows[0])
            await act_for(connection, tenant)
            people = await connection.fetch(_PEOPLE, tenant)
            number, key = old.number + 1, new_key()
            await connection.execute(_KNOW_MASTER, by.name)
            rewrapped = [
                wrap(key, _unwrapped(old, row), _of_person(tenant, row["key_id"])) for row in people
            ]
            await _rewrap_webhook_secrets(connection, tenant, old, number, key)
            await connection.execute(
                "select cocreate_keys.rewrap($1, $2, $3, $4, $5, $6, $7)",
                tenant,
                number,
                by.name,
                await by.wrap(key, _of_municipality(tenant, number)),
                await by.wrap(old.pepper, _of_pepper(tenant)),
                [row["key_id"] for row in people],
                rewrapped,
            )
        self._kept.pop(tenant, None)
        return len(people)

    async def retire_all_but(self, name: str) -> None:
        """Know of one master key only, by which all is wrapped now."""
        await self._pool.execute("delete from cocreate_keys.master where name <> $1", name)

    async def _ensure(
        self, tenant: str, people: Sequence[tuple[UUID, str]], database: Pool | AnyConnection
    ) -> Mapping[tuple[UUID, str], tuple[str, bytes]]:
        for _ in range(ATTEMPTS):
            by = await self._municipality(tenant, database)
            offered = [new_key_id() for _ in people]
            rows = await database.fetch(
                "select * from cocreate_keys.ensure($1, $2, $3, $4, $5, $6)",
                tenant,
                by.number,
                [project for project, _ in people],
                [party for _, party in people],
                offered,
                [wrap(by.key, new_key(), _of_person(tenant, key_id)) for key_id in offered],
            )
            if len(rows) == len(people):
                return {
                    (row["project_id"], row["party"]): (row["key_id"], _unwrapped(by, row))
                    for row in rows
                }
            self._kept.pop(tenant, None)  # another process rotated it, or erased one of them
        raise _keeps_changing(tenant)

    async def _municipality(self, tenant: str, database: Pool | AnyConnection) -> MunicipalityKey:
        kept = self._kept.get(tenant)
        if kept is not None:
            return kept
        master = self._required()
        rows = await database.fetch("select * from cocreate_keys.read_municipality($1)", tenant)
        if not rows:
            await database.fetch(_KNOW_MASTER, master.name)
            rows = await database.fetch(
                "select * from cocreate_keys.add_municipality($1, $2, $3, $4)",
                tenant,
                master.name,
                await master.wrap(new_key(), _of_municipality(tenant, 1)),
                await master.wrap(new_key(), _of_pepper(tenant)),
            )
        opened = await self._open(rows[0])
        if database is self._pool:
            # Within a transaction of another it may be rolled back, and then it never was.
            self._kept[tenant] = opened
        return opened

    async def _open(self, row: asyncpg.Record) -> MunicipalityKey:
        master, tenant, number = self._required(), row["tenant_id"], row["number"]
        if master.name != row["master"]:
            raise _not_of_this(master.name, {row["master"]})
        return MunicipalityKey(
            number,
            await master.unwrap(row["wrapped"], _of_municipality(tenant, number)),
            await master.unwrap(row["pepper"], _of_pepper(tenant)),
        )

    def _required(self) -> KeyManagement:
        if self._master is None:
            raise NoMasterKey
        return self._master


async def overwrite_destroyed(dsn: str, tenant: str) -> None:
    """Write the shelf of a municipality's keys anew, without what was deleted from it.

    A plain vacuum would leave the bytes of a deleted row in the free space of its page. Nobody
    reads keys of that shelf meanwhile: so it waits its turn for moments only, since those who read
    would queue behind it, and comes back when they have had theirs.

    Only the owner of the table may do so; where the address signs in as another, the database only
    warns, and so it is looked at whether the shelf has another file. Raises ``PermissionError``,
    and what the database raises where the shelf is never free.
    """
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(f"set lock_timeout = {LOCK_MILLISECONDS}")
        shelf = await connection.fetchval("select cocreate_keys.shelf_of($1)::text", tenant)
        before = await connection.fetchval(_FILE, shelf)
        for turn in range(1, TURNS + 1):
            try:
                await connection.execute(f"vacuum (full) {shelf}")
                break
            except asyncpg.LockNotAvailableError:
                if turn == TURNS:
                    raise
                await asyncio.sleep(PAUSE)
        if await connection.fetchval(_FILE, shelf) == before:
            message = "Who signs in does not own the table of the keys"
            raise PermissionError(message)
    finally:
        await connection.close()


async def _rewrap_webhook_secrets(
    connection: AnyConnection, tenant: str, old: MunicipalityKey, number: int, key: bytes
) -> None:
    rows = await connection.fetch(_WEBHOOK_SECRETS, tenant)
    contexts = [of_webhook(tenant, row["webhook"]) for row in rows]
    await connection.execute(
        "select cocreate_keys.rewrap_webhook_secrets($1, $2, $3, $4, $5)",
        tenant,
        number,
        [row["webhook"] for row in rows],
        [row["serial"] for row in rows],
        [
            wrap(key, unwrap(old.key, row["wrapped"], context), context)
            for row, context in zip(rows, contexts, strict=True)
        ],
    )


def of_webhook(tenant: str, webhook: str) -> bytes:
    """Give what the wrapped secret of a webhook is bound to."""
    return f"secret of webhook {webhook} of {tenant}".encode()


def digest(key_id: str) -> str:
    """Give what an erasure certificate says of a key: the SHA-256 of its id, in hexadecimal."""
    return sha256(key_id.encode()).hexdigest()


_KNOW_MASTER = "select cocreate_keys.know_master($1)"
_MASTERS = "select name from cocreate_keys.master"
_FILE = "select pg_relation_filenode($1::text::regclass)"
_PEOPLE = "select * from cocreate_keys.person where tenant_id = $1"
_WEBHOOK_SECRETS = "select * from cocreate_keys.webhook_secret where tenant_id = $1"


def _of_municipality(tenant: str, number: int) -> bytes:
    return f"key {number} of {tenant}".encode()


def _of_pepper(tenant: str) -> bytes:
    return f"key of fingerprints of {tenant}".encode()


def _of_person(tenant: str, key_id: str) -> bytes:
    return f"key {key_id} of {tenant}".encode()


def _unwrapped(by: MunicipalityKey, row: asyncpg.Record) -> bytes:
    return unwrap(by.key, row["wrapped"], _of_person(row["tenant_id"], row["key_id"]))


def _keeps_changing(tenant: str) -> LogUnavailable:
    return LogUnavailable(f"The key of {tenant} keeps changing")


def _not_of_this(name: str, names: Collection[str]) -> MasterKeyWrong:
    known = ", ".join(sorted(names))
    return MasterKeyWrong(
        f"The keys here were wrapped by master key {known}, and {name} was given instead"
    )
