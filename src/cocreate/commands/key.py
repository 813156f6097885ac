"""The command that makes an API key."""

from __future__ import annotations

import click

from cocreate.api.issuing import issue_key
from cocreate.commands.running import CODE, console, run, service
from cocreate.domain.vocabulary import Role


@click.command(name="key")
@CODE
@click.argument("role", type=click.Choice([str(role) for role in Role]))
@click.argument("label")
def create_key(code: str, role: str, label: str) -> None:
    """Make an API key, and print it once. For the operator's own, give OP for the code."""

    async def work() -> None:
        async with service(project=False) as opened:
            key = await issue_key(opened.pool, code, Role(role), label)
            console.print(key.secret)

    run(work())
