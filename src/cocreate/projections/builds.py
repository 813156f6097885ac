"""The builds of read models: schemas in the database, each made for one release of its definition.

What stands in them comes from the logs alone, so nothing is lost with them. Old and new code keep
builds of their own, side by side, until no process of the old is left; and a rebuild of the same
definition goes beside the build in use, which it replaces once it is complete.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

import asyncpg
import msgspec

from cocreate.log import citus
from cocreate.log.connection import AnyConnection, Pool
from cocreate.log.migrate import ADVISORY_LOCK
from cocreate.projections.model import (
    ReadModel,
    fingerprint,
    read_models,
    rests_on,
    sql_of,
    tell_changes,
)

USER_LOCK = 0x636F_6372
"""The class of the locks by which processes say which builds they work with."""


class Build(msgspec.Struct, frozen=True):
    """A schema that holds one read model."""

    number: int
    name: str
    model: ReadModel

    @property
    def schema(self) -> str:
        """The name of its schema in the database."""
        return f"{self.name}_{self.number}"


class Builds(Mapping[str, Build]):
    """The builds in use for this release, by the name of their read model."""

    def __init__(self, models: Mapping[str, ReadModel] | None = None) -> None:
        self.models = read_models() if models is None else models
        self._in_use: dict[str, Build] = {}

    def __getitem__(self, name: str) -> Build:
        return self._in_use[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._in_use)

    def __len__(self) -> int:
        return len(self._in_use)

    @property
    def numbers(self) -> list[int]:
        """The numbers of the builds, in the order of the read models."""
        return [build.number for build in self._in_use.values()]

    async def load(self, database: Pool | AnyConnection) -> None:
        """Look up which builds are in use."""
        rows = await database.fetch(
            "select build, name, fingerprint from cocreate.read_model_build where in_use"
        )
        found = {(row["name"], row["fingerprint"]): row["build"] for row in rows}
        in_use = {}
        for name, model in self.models.items():
            number = found.get((name, fingerprint(name, self.models)))
            if number is not None:
                in_use[name] = Build(number, name, model)
        self._in_use = in_use


async def install(
    connection: AnyConnection, models: Mapping[str, ReadModel] | None = None
) -> list[str]:
    """Make the builds that this release lacks, let go of those nobody uses, and name the new.

    The engine then folds the logs into them from the start.
    """
    made = []
    async with connection.transaction():
        await connection.execute("select pg_advisory_xact_lock($1)", ADVISORY_LOCK)
        builds = Builds(models)
        await builds.load(connection)
        present = dict(builds)
        for name in builds.models:
            if name not in present:
                present[name] = await make_build(
                    connection, name, builds.models, present, in_use=True
                )
                made.append(name)
    await prune(connection, keep=[build.number for build in present.values()])
    return made


async def make_build(
    connection: AnyConnection,
    name: str,
    models: Mapping[str, ReadModel],
    bases: Mapping[str, Build],
    *,
    in_use: bool,
) -> Build:
    """Make the schema of a build, empty. Run inside a transaction.

    ``bases`` has the builds of the read models that this one rests on.
    """
    number: int = await connection.fetchval(
        "insert into cocreate.read_model_build (build, name, fingerprint, in_use)"
        " values (nextval('cocreate.read_model_build_number'), $1, $2, $3) returning build",
        name,
        fingerprint(name, models),
        in_use,
    )
    build = Build(number, name, models[name])
    path = ", ".join([build.schema, *(bases[base].schema for base in rests_on(build.model))])
    await citus.keep_here(connection)
    # The name of a schema is that of one of our own modules and a number.
    await connection.execute(f"create schema {build.schema}")
    await connection.execute(
        f"grant usage on schema {build.schema} to cocreate_app, cocreate_projector"
    )
    await connection.execute(f"set local search_path = {path}, public")
    # One that only reads the accounts has a file without statements; the driver wants one.
    await connection.execute(f"{sql_of(name)}\nselect")
    for table in tell_changes(build.model):
        await connection.execute("call cocreate.tell_changes($1)", table)
    await connection.execute("call cocreate.plan_each_time($1)", build.schema)
    await connection.execute("set local search_path = public")
    if await citus.is_spread(connection):
        await citus.spread_new(connection)
    # Logs that have something in them already are folded before anything is answered.
    await connection.execute("call cocreate.begin_build($1)", number)
    return build


async def take_into_use(connection: AnyConnection, builds: Sequence[Build]) -> None:
    """Let complete builds take the place of those in use, all at once."""
    numbers = [build.number for build in builds]
    async with connection.transaction():
        await connection.execute("select pg_advisory_xact_lock($1)", ADVISORY_LOCK)
        await connection.execute(
            "update cocreate.read_model_build b set in_use = false"
            " from cocreate.read_model_build n"
            " where n.build = any($1) and b.name = n.name and b.fingerprint = n.fingerprint"
            " and b.in_use",
            numbers,
        )
        await connection.execute(
            "update cocreate.read_model_build set in_use = true where build = any($1)", numbers
        )


async def prune(
    connection: AnyConnection, keep: Sequence[int], *, older_than: timedelta = timedelta(minutes=5)
) -> list[str]:
    """Drop the builds that no process works with, but for some, and give their schemas.

    One made of late may be about to be worked with, and a rebuild of one that is kept may be gone
    on with.
    """
    rows = await connection.fetch(
        "select b.build, b.name from cocreate.read_model_build b"
        " where b.build <> all($1) and b.made_at < now() - $2::interval"
        " and not exists (select from cocreate.read_model_build u where u.build = any($1)"
        "  and u.name = b.name and u.fingerprint = b.fingerprint and u.build < b.build)",
        keep,
        older_than,
    )
    dropped = []
    for row in rows:
        async with connection.transaction():
            alone = await connection.fetchval(
                "select pg_try_advisory_xact_lock($1, $2)", USER_LOCK, row["build"]
            )
            if alone:
                schema = f"{row['name']}_{row['build']}"
                await connection.execute("call cocreate.forget_build($1)", row["build"])
                await connection.execute(f"drop schema if exists {schema} cascade")
                dropped.append(schema)
    return dropped


async def hold_builds(connection: AnyConnection, numbers: Sequence[int]) -> None:
    """Say, for as long as a connection lives, that this process works with builds and no others.

    Those that it worked with already are held all the while: let go of for a moment, they might be
    dropped in it.
    """
    rows = await connection.fetch(
        "select objid::integer from pg_locks where locktype = 'advisory' and classid = $1::oid"
        " and objsubid = 2 and pid = pg_backend_pid()",
        USER_LOCK,
    )
    held = [row["objid"] for row in rows]
    for number in numbers:
        if number not in held:
            await connection.execute("select pg_advisory_lock_shared($1, $2)", USER_LOCK, number)
    for number in held:
        if number not in numbers:
            await connection.execute("select pg_advisory_unlock_shared($1, $2)", USER_LOCK, number)


GONE = (
    asyncpg.InvalidSchemaNameError,
    asyncpg.UndefinedTableError,
    asyncpg.UndefinedFunctionError,
    asyncpg.InternalServerError,  # "cache lookup failed", where it was dropped in mid-query
)
"""What a query meets whose build was dropped under it."""
