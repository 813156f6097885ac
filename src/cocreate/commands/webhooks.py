"""The commands that look after the sending of events to webhooks."""

from __future__ import annotations

import sys

import click
from rich.table import Table

from cocreate.commands.running import (
    CODE,
    console,
    errors,
    run,
    service,
)
from cocreate.domain.webhooks import WebhookStatus
from cocreate.webhooks.progress import TOPIC, wake


@click.group()
def webhooks() -> None:
    """Look after the sending of events to where municipalities asked."""


@webhooks.command(name="list")
@CODE
def list_webhooks(code: str) -> None:
    """Show how far each webhook of a municipality has come.

    Without the addresses, which may hold something secret.
    """

    async def work() -> None:
        async with service(project=False) as opened:
            municipality = await opened.live.municipality(code)
            rows = await opened.pool.fetch("select * from cocreate.list_webhooks($1)", code)
            table = Table("Webhook", "Title", "Status", "Behind", "Failed", "Dead letters", "Last")
            for row in rows:
                known = municipality.webhooks.get(row["webhook"])
                if known is not None:
                    last = f"{row['outcome'] or ''} {row['status'] or ''}".strip()
                    table.add_row(
                        known.id,
                        known.title,
                        known.status,
                        f"{row['head'] - row['position']:,}",
                        f"{row['failures']:,}" if row["failures"] else "",
                        f"{row['dead_letters']:,}" if row["dead_letters"] else "",
                        last,
                    )
            console.print(table)

    run(work())


@webhooks.command()
@CODE
@click.argument("webhook")
def retry(code: str, webhook: str) -> None:
    """Try a webhook that failed at once, whenever it would be tried by itself."""

    async def work() -> None:
        async with service(project=False) as opened:
            municipality = await opened.live.municipality(code)
            known = municipality.webhooks.get(webhook)
            if known is None or known.status is not WebhookStatus.ACTIVE:
                status = "not there" if known is None else known.status
                errors.print(f"Webhook {webhook} of {code} is {status}", style="red")
                sys.exit(1)
            await wake(opened.pool, code, webhook, sends=True)
            opened.signals.tell(TOPIC, code)
            console.print(f"{webhook} is tried as soon as a process that sends hears of it")

    run(work())
