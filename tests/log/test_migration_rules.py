"""Migrations that are not released yet hold up nobody who appends or reads (docs/operation.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from cocreate.log.migrate import migrations

RELEASED = 8
"""How many migrations are released: those are applied as they are, and may not be changed."""
LARGE = r"cocreate\.(?:event|command|stream|snapshot)\b"
"""The tables that grow with the logs, and that every append or read takes."""

RULES = {
    "a new column is filled at once": rf"alter table {LARGE}.*\badd (?:column )?\w+ \w+[^,]*"
    r"\bdefault (?!null\b|'[^']*'|-?\d|true\b|false\b)",
    "a column is made of others": rf"alter table {LARGE}.*\bgenerated always as\b",
    "another type": rf"alter table {LARGE}.*\balter (?:column )?\w+ (?:set data )?type\b",
    "all rows are looked at for nulls": rf"alter table {LARGE}.*"
    r"(?:\bset not null\b|\badd (?:column )?\w+ \w+(?![^,]*\bdefault\b)[^,]*\bnot null\b)",
    "all rows are checked": rf"alter table {LARGE}.*\b(?:check|references)\b(?!.*\bnot valid\b)",
    "an index is made under lock": rf"(?:create (?:unique )?index .*\bon (?:only )?{LARGE}|"
    rf"alter table {LARGE}.*\b(?:unique|primary key|exclude)\b(?!.*\busing index\b))",
    "all rows are written": rf"(?:\bupdate {LARGE}|\bdelete from {LARGE}|\btruncate .*{LARGE}|"
    rf"\bcluster .*{LARGE}|\bvacuum .*{LARGE}|alter table {LARGE}.*\bset (?:un)?logged\b)",
    "it is locked": rf"\block table .*{LARGE}",
    "what the release of before uses is gone": rf"(?:drop table .*{LARGE}|"
    rf"alter table {LARGE}.*\b(?:drop column|rename)\b)",
}


def broken(sql: str) -> Iterator[str]:
    """Give the rules that a migration breaks, each with the statement that does so."""
    without = re.sub(r"--[^\n]*", "", sql)
    # What a function does, it does when it is called; but the blocks of a migration run with it.
    without = re.sub(
        r"(create (?:or replace )?(?:function|procedure)\b(?:(?!\$\$).)*)\$\$.*?\$\$",
        r"\1",
        without,
        flags=re.DOTALL,
    )
    for statement in re.sub(r"\s+", " ", without.lower()).split(";"):
        for rule, pattern in RULES.items():
            if re.search(pattern, statement):
                yield f"{rule}: {statement.strip()}"


def test_no_migration_holds_up_a_running_installation() -> None:
    for migration in migrations()[RELEASED:]:
        assert list(broken(migration.sql)) == [], migration.name


@pytest.mark.parametrize(
    ("rule", "sql"),
    [
        ("a new column is filled", "alter table cocreate.event add column x uuid default f()"),
        ("a column is made", "alter table cocreate.event add y int generated always as (1) stored"),
        ("another type", "alter table cocreate.stream alter column version type bigint"),
        ("all rows are looked at", "alter table cocreate.event alter column salt set not null"),
        ("all rows are looked at", "alter table cocreate.event add column x text not null"),
        ("all rows are checked", "alter table cocreate.event add check (length(data) < 9)"),
        ("all rows are checked", "alter table cocreate.event add column x text check (x <> '')"),
        ("an index is made", "create index on cocreate.event (type)"),
        ("an index is made", "create unique index i on\n  cocreate.command (key)"),
        ("an index is made", "alter table cocreate.event add unique (type)"),
        ("all rows are written", "update cocreate.event set type = ''"),
        ("all rows are written", "do $$ begin delete from cocreate.snapshot; end $$"),
        ("it is locked", "lock table cocreate.event in exclusive mode"),
        ("what the release of before", "alter table cocreate.event drop column actor"),
    ],
)
def test_each_rule_is_found_broken(rule: str, sql: str) -> None:
    assert [found for found in broken(sql) if found.startswith(rule)]


@pytest.mark.parametrize(
    "sql",
    [
        "alter table cocreate.event add column x text",
        "alter table cocreate.event add column x text not null default ''",
        "alter table cocreate.event add constraint c check (length(salt) = 32) not valid",
        "alter table cocreate.event alter column salt set default cocreate.new_salt()",
        "alter table cocreate.event add constraint u unique using index made_before",
        "create index on cocreate.tile (number)",
        "-- update cocreate.event set x = 1",
        "create function f() returns void language sql as $$ update cocreate.snapshot set x = 1 $$",
    ],
)
def test_what_takes_no_time_is_allowed(sql: str) -> None:
    assert list(broken(sql)) == []
