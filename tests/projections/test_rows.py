"""The rows of every read model, as a function of accounts: total, pure, and fit to be stored."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import date
from functools import cache
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from tests.domain.project.test_histories import COMMANDS, KINDS, RARE
from tests.domain.project.told import Told
from tests.projections.accounts.kept import Commands, everything, kept, retold, seen
from tests.projections.accounts.test_municipality import accounts_of_delft
from tests.projections.world import INTERNAL, PUBLIC, Histories

from cocreate.domain.errors import RuleBroken
from cocreate.projections.accounts import Accounts, AnyAccount, decode, encode
from cocreate.projections.fold import about
from cocreate.projections.known import Audience
from cocreate.projections.model import read_models, sql_of
from cocreate.projections.tables import CurrentTable, StepTable, Table, VersionedTable

Versioned = VersionedTable[AnyAccount]
KEY = {"tenant_id", "project_id", "audience", "id", "known_from"}


def _is_text(value: object) -> bool:
    return isinstance(value, str) and "\0" not in value


def _is_number(bits: int) -> Callable[[object], bool]:
    return lambda value: (
        isinstance(value, int)
        and not isinstance(value, bool)
        and -(2 ** (bits - 1)) <= value < 2 ** (bits - 1)
    )


def _are(fits: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, list | tuple) and all(map(fits, value))


_ONE: Mapping[str, Callable[[object], bool]] = {
    "text": _is_text,
    "smallint": _is_number(16),
    "integer": _is_number(32),
    "bigint": _is_number(64),
    "boolean": lambda value: isinstance(value, bool),
    "date": lambda value: type(value) is date,
    "bytea": lambda value: isinstance(value, bytes),
    "double precision": lambda value: isinstance(value, float),
    "jsonb": _is_text,
}
FITS = {**_ONE, **{f"{name}[]": _are(fits) for name, fits in _ONE.items()}}
"""By the name of a type of the database, what of ours asyncpg can store in it."""


class Column:
    """A column of a table, as the SQL of its read model makes it."""

    def __init__(self, said: str) -> None:
        name, of = said.split(maxsplit=1)
        self.name = name.strip('"')
        self.type = re.sub(r"\s+(not null|default).*", "", of)
        self.required = "not null" in of

    def takes(self, value: object) -> bool:
        return not self.required if value is None else FITS[self.type](value)


def columns(model: str, table: Table) -> list[Column]:
    """The columns of a table after its key that rows are written to."""
    made = re.search(
        rf"^create table {table.name} \((.*?)^\);", sql_of(model), re.DOTALL | re.MULTILINE
    )
    assert made is not None
    said = re.split(r",\n {4}(?! )", re.sub(r"--.*", "", made[1]).strip())
    written = (column for column in said if "generated always" not in column)
    return [column for each in written if (column := Column(each)).name not in KEY]


TABLES = [(name, table) for name, model in read_models().items() for table in model.TABLES]
COLUMNS = {table: columns(name, table) for name, table in TABLES}


def require_stored(table: Table, values: tuple[object, ...]) -> None:
    """What a row tells fits its columns, one by one."""
    assert len(values) == len(COLUMNS[table])
    for column, value in zip(COLUMNS[table], values, strict=True):
        assert column.takes(value), (table.name, column.name, value)


def require_rows(accounts: Accounts) -> None:
    """The rows of all accounts can be stored, and each has an id of its own."""
    facts = about(accounts)
    for _, table in TABLES:
        if not isinstance(table, VersionedTable):
            continue
        ids: set[str] = set()
        for account in everything(accounts).values():
            if isinstance(account, table.of):
                before = deepcopy(account)
                rows = table.rows(account, facts)
                assert account == before
                assert rows == table.rows(account, facts)
                assert rows == table.rows(decode(encode(account)), facts)
                for row_id, values in rows:
                    assert row_id not in ids
                    ids.add(row_id)
                    require_stored(table, values)


def require_bodies(told: Told, accounts: Accounts) -> None:
    """The accounts and the steps themselves can be stored."""
    for _, table in TABLES:
        if isinstance(table, CurrentTable):
            for account in everything(accounts).values():
                require_stored(table, table.record(account))
        elif isinstance(table, StepTable):
            for step in seen(told.events):
                require_stored(table, table.record(step))


def history(seed: int) -> Told:
    """A project with a random history of public and internal steps and corrections."""
    made = Histories(seed)
    told = Told()
    for number in range(250):
        visibility = INTERNAL if made.random.random() > 0.75 else PUBLIC
        step = (
            made.correction(made.random.randint(1, told.project.version))
            if number % 9 == 8
            else made.command(visibility)
        )
        with contextlib.suppress(RuleBroken):
            told.take(step)
    return told


@pytest.mark.parametrize("seed", range(6))
def test_the_rows_of_every_account_can_be_stored(seed: int) -> None:
    told = history(seed)
    for audience in Audience:
        accounts = kept(told, audience)
        require_rows(accounts)
        require_bodies(told, accounts)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(COMMANDS)
def test_the_rows_of_anything_that_can_be_said_can_be_stored(commands: Commands) -> None:
    told = retold(commands)
    for audience in Audience:
        accounts = kept(told, audience)
        require_rows(accounts)
        require_bodies(told, accounts)


def test_the_rows_of_a_municipality_can_be_stored() -> None:
    require_rows(accounts_of_delft())


@cache
def all_kinds() -> tuple[Accounts, ...]:
    """Accounts of every kind that there is."""
    unending = [kind for kind in KINDS if kind not in RARE]
    said = [([kind], Random(number)) for number, kind in enumerate(unending)]  # noqa: S311
    return (accounts_of_delft(), kept(retold(said)), *(kept(history(seed)) for seed in range(12)))


def row_fields(table: Versioned) -> set[tuple[str, ...]]:
    return {
        row.__struct_fields__
        for accounts in all_kinds()
        for account in everything(accounts).values()
        if isinstance(account, table.of)
        for _, row in table._rows(account, about(accounts))
    }


def test_every_kind_of_account_was_seen() -> None:
    seen_kinds = {type(one) for accounts in all_kinds() for one in everything(accounts).values()}
    told_of = {
        kind for _, table in TABLES if isinstance(table, VersionedTable) for kind in table.of
    }
    assert told_of <= seen_kinds


@pytest.mark.parametrize(
    ("name", "table"),
    [pytest.param(*each, id=f"{each[0]}.{each[1].name}") for each in TABLES],
)
def test_a_row_has_the_fields_of_its_table_in_order(name: str, table: Table) -> None:
    if isinstance(table, VersionedTable):
        assert row_fields(table) == {tuple(column.name for column in COLUMNS[table])}, name
