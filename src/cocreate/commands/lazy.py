"""Groups of commands that are imported when they are asked for: most need nothing of the others."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import NamedTuple

import click


class Place(NamedTuple):
    """Where a command is defined, and what it does."""

    name: str
    """Its module and its name there, such as ``cocreate.commands.serve:serve``."""
    short: str
    """The first sentence of its help, which is shown without importing it."""


class LazyGroup(click.Group):
    """A group that knows of its commands where they are and what they do."""

    def __init__(self, name: str, *, help: str, places: Mapping[str, Place]) -> None:  # noqa: A002
        super().__init__(name, help=help)
        self.places = places

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the names of the commands."""
        return sorted({*super().list_commands(ctx), *self.places})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; None where there is none of that name."""
        place = self.places.get(cmd_name)
        if place is None:
            return super().get_command(ctx, cmd_name)
        module, _, name = place.name.partition(":")
        command = getattr(import_module(module), name)
        if not isinstance(command, click.Command):
            raise TypeError(place.name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what each command does."""
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, self.places[name].short) for name in self.list_commands(ctx)]
            )
