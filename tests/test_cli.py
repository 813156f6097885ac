"""The tool: what it says it can do is what it does, and each command brings along what it needs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from cocreate.cli import main
from cocreate.commands.lazy import LazyGroup

HEAVY = {"litestar", "pgqueuer", "opentelemetry", "asyncpg", "eventsourcing", "cocreate.service"}
"""What most commands have no use for."""
LOADED = """
import json, sys
from cocreate.cli import main
try:
    main(sys.argv[1:])
finally:
    json.dump(sorted(sys.modules), sys.stderr)
"""


def lazy_groups(group: LazyGroup = main) -> Iterator[LazyGroup]:
    yield group
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, LazyGroup):
            yield from lazy_groups(command)


@pytest.mark.parametrize("group", list(lazy_groups()), ids=lambda group: str(group.name))
def test_what_is_said_of_a_command_is_how_its_own_help_begins(group: LazyGroup) -> None:
    context = click.Context(group)
    names = group.list_commands(context)
    assert set(names) == group.places.keys()
    for name in names:
        command = group.get_command(context, name)
        assert command is not None
        assert command.name == name
        said = " ".join((command.help or "").split())
        assert said.startswith(group.places[name].short), name
    shown = CliRunner().invoke(main, [*([] if group is main else [str(group.name)]), "--help"])
    assert shown.exit_code == 0
    for name in names:
        assert f"  {name}  " in shown.output


def test_a_command_that_is_not_there_is_told() -> None:
    told = CliRunner().invoke(main, ["nergens"])
    assert told.exit_code == 2
    assert "nergens" in told.output


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["audit", "--help"], ["audit", "verify", "--help"]]
)
def test_no_server_and_no_database_is_brought_along_for_what_needs_none(
    arguments: list[str],
) -> None:
    process = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments], capture_output=True, check=True, text=True
    )
    loaded = set(json.loads(process.stderr))
    assert HEAVY & loaded == set()
    assert "cocreate.cli" in loaded


@pytest.mark.parametrize("name", ["migrate", "doctor", "backup", "privacy"])
def test_no_server_is_brought_along_for_what_works_on_the_database(name: str) -> None:
    process = subprocess.run(
        [sys.executable, "-c", LOADED, name, "--help"], capture_output=True, check=True, text=True
    )
    loaded = set(json.loads(process.stderr))
    assert {"litestar", "pgqueuer", "uvicorn"} & loaded == set()
