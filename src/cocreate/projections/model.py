"""What a read model is: a module and a ``.sql`` file of the same name, found by that.

To add one, write both. The module says its tables, how their rows follow from accounts, and what
can be asked; the file makes the tables and the functions that are asked. Neither names a schema:
each build of a read model has one of its own, and the file is run with it as the search path,
followed by those of the read models it rests on (``RESTS_ON`` of the module). A long one goes on in
files named ``name.part.sql``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib import import_module
from importlib.resources import files
from typing import Protocol, cast

from cocreate.projections import accounts
from cocreate.projections.resource import Register, Resource
from cocreate.projections.tables import Table

STATE = "timeline"
"""The read model that holds the accounts themselves, from which all fold on."""


class ReadModel(Protocol):
    """What the module of a read model offers."""

    VERSION: int
    """Counts up when the same accounts come to other rows."""

    @property
    def TABLES(self) -> Sequence[Table]:  # noqa: N802 - a constant of the module
        """The tables it keeps."""

    @property
    def RESOURCES(self) -> Sequence[Resource]:  # noqa: N802
        """What can be asked of it."""


@cache
def read_models() -> Mapping[str, ReadModel]:
    """Give every read model of this release by its name, each after those that it rests on."""
    found = {
        file.name.split(".")[0]
        for file in files("cocreate.projections").iterdir()
        if file.name.endswith(".sql")
    }
    models: dict[str, ReadModel] = {}

    def add(name: str) -> None:
        if name not in models:
            model = cast("ReadModel", import_module(f"cocreate.projections.{name}"))
            for base in rests_on(model):
                add(base)
            models[name] = model

    for name in (STATE, *sorted(found)):
        add(name)
    return models


def rests_on(model: ReadModel) -> Sequence[str]:
    """Give the read models whose tables and functions the SQL of a read model makes use of."""
    named: Sequence[str] = getattr(model, "RESTS_ON", ())
    return named


def tell_changes(model: ReadModel) -> Sequence[str]:
    """Give the tables of a read model that tell what changed between two moments."""
    return [
        table
        for resource in model.RESOURCES
        if isinstance(resource, Register)
        for table in resource.columns
    ]


def all_that_rest_on(names: Sequence[str], models: Mapping[str, ReadModel]) -> list[str]:
    """Give read models and all that rest on them, each after those that it rests on."""
    chosen: list[str] = []
    for name, model in models.items():
        if name in names or any(base in chosen for base in rests_on(model)):
            chosen.append(name)
    return chosen


@cache
def sql_of(name: str) -> str:
    """Give the SQL that makes a read model: its file, and then those named ``name.part.sql``."""
    folder = files("cocreate.projections")
    parts = sorted(
        file.name
        for file in folder.iterdir()
        if file.name.startswith(f"{name}.") and file.name.endswith(".sql")
        if file.name != f"{name}.sql"
    )
    return "\n".join(
        (folder / part).read_text(encoding="utf-8") for part in (f"{name}.sql", *parts)
    )


def fingerprint(name: str, models: Mapping[str, ReadModel]) -> bytes:
    """Give what is the same for two builds exactly when they hold the same rows for a log."""
    model = models[name]
    said = sha256(f"{accounts.VERSION}\n{name}\n{model.VERSION}\n{sql_of(name)}".encode())
    said.update("\n".join(tell_changes(model)).encode())
    for base in rests_on(model) if name == STATE else (STATE, *rests_on(model)):
        said.update(fingerprint(base, models))
    return said.digest()


@cache
def release_of(name: str) -> str:
    """Give what marks the definition that a read model has in this release."""
    return fingerprint(name, read_models()).hex()
