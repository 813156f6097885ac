"""What is on disk: each table and index, by what it is for."""

from __future__ import annotations

import asyncpg

from benchmarks.scale.measured import Size

GROUPS = {
    "event": "log",
    "stream": "log",
    "log_head": "log",
    "snapshot": "log",
    "command": "idempotency keys",
    "tree": "tree",
    "tile": "tree",
    "cosigned_checkpoint": "tree",
    "early_salt": "tree",
}
KEYS_SCHEMA = "cocreate_keys"
SUMS = {"tally", "share", "total", "carrying"}
"""Tables of read models that hold what is counted with every change."""


async def sizes(connection: asyncpg.Connection[asyncpg.Record]) -> list[Size]:
    """Give the tables, each with what it keeps apart (TOAST), and the indexes that take space."""
    rows = await connection.fetch(
        "select n.nspname as schema, t.relname as of_table, c.relname as name, c.relkind = 'i' as"
        " is_index, case when c.relkind = 'i' then pg_relation_size(c.oid)"
        " else pg_table_size(c.oid) end as bytes"
        " from pg_class c"
        " left join pg_index i on i.indexrelid = c.oid"
        " join pg_class t on t.oid = coalesce(i.indrelid, c.oid)"
        " join pg_namespace n on n.oid = t.relnamespace"
        " where c.relkind in ('r', 'i') and n.nspname !~ '^(pg_|information_schema)'"
        " order by bytes desc"
    )
    return [
        Size(
            _group(row["schema"], row["of_table"], is_index=row["is_index"]),
            f"{row['schema']}.{row['name']}",
            row["bytes"],
        )
        for row in rows
        if row["bytes"] > 0
    ]


def _group(schema: str, table: str, *, is_index: bool) -> str:
    if schema == KEYS_SCHEMA:
        kind = "keys of people"
    elif schema == "cocreate":
        kind = GROUPS.get(table, "all else")
    else:
        kind = "sums" if table in SUMS else "read models"
    return f"{kind}, indexes" if is_index else kind
