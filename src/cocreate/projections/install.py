"""The tables of the read models: made anew whenever their definition or their fold changes.

What stands in them comes from the logs alone, so nothing is lost with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from importlib.resources import files

from cocreate.log.connection import AnyConnection
from cocreate.log.migrate import ADVISORY_LOCK
from cocreate.projections import obstacles, timeline
from cocreate.projections.engine import ReadModel

MODELS: Sequence[ReadModel] = (timeline, obstacles)
"""Every read model of this release."""


async def install(connection: AnyConnection, models: Sequence[ReadModel] = MODELS) -> list[str]:
    """Make the tables of new and changed read models, and give the names of those models.

    The engine then folds the logs into them from the start.
    """
    made = []
    async with connection.transaction():
        await connection.execute("select pg_advisory_xact_lock($1)", ADVISORY_LOCK)
        rows = await connection.fetch("select name, version, sha256 from cocreate.read_model")
        present = {row["name"]: (row["version"], row["sha256"]) for row in rows}
        for model in models:
            sql = (files("cocreate.projections") / f"{model.NAME}.sql").read_text(encoding="utf-8")
            digest = sha256(sql.encode()).digest()
            if present.get(model.NAME) != (model.VERSION, digest):
                await _make(connection, model, sql, digest)
                made.append(model.NAME)
    return made


async def _make(connection: AnyConnection, model: ReadModel, sql: str, digest: bytes) -> None:
    # A read model is a schema: its tables, types and functions go and come together. The name is
    # that of one of our own modules.
    name = model.NAME
    # First the checkpoints, as the engine takes them: whoever folds now is waited for, where
    # dropping the tables first would have each wait for the other.
    await connection.execute(_FORGET_CHECKPOINTS.format(name=name))
    await connection.execute(f"drop schema if exists {name} cascade")
    await connection.execute(f"create schema {name}")
    await connection.execute(f"grant usage on schema {name} to cocreate_app, cocreate_projector")
    await connection.execute(sql)
    for table in model.TABLES:
        await connection.execute(_GUARD.format(table=f"{table.schema}.{table.name}"))
    await connection.execute(
        "insert into cocreate.read_model (name, version, sha256) values ($1, $2, $3)"
        " on conflict (name) do update set version = excluded.version, sha256 = excluded.sha256",
        name,
        model.VERSION,
        digest,
    )


# Row-level security holds for the owner of the tables as well, so each municipality has its turn.
_FORGET_CHECKPOINTS = """
    do $$
    declare
        tenant text;
    begin
        for tenant in select m.tenant_id from cocreate.municipality m order by 1 loop
            perform set_config('cocreate.tenant', tenant, true);
            delete from cocreate.projection_checkpoint c
                where c.tenant_id = tenant and c.projection = '{name}';
        end loop;
        perform set_config('cocreate.tenant', '', true);
    end
    $$;
"""

_GUARD = """
    alter table {table} enable row level security;
    alter table {table} force row level security;
    create policy own_tenant on {table}
        using (tenant_id = nullif(current_setting('cocreate.tenant', true), ''));
    grant select on {table} to cocreate_app;
    grant insert, update, delete on {table} to cocreate_projector;
"""
