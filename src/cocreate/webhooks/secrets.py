"""The secrets that sign for webhooks: wrapped by the key of their municipality, shown once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from cocreate.log.connection import Pool
from cocreate.log.errors import LogUnavailable
from cocreate.log.keys import ATTEMPTS, Keys, of_webhook
from cocreate.webhooks.signing import new_secret


class Made(NamedTuple):
    """A new secret, and which it is of its webhook."""

    serial: int
    secret: bytes


class WebhookSecrets:
    """Keeps the secrets. Raises what :class:`~cocreate.log.keys.Keys` raises."""

    def __init__(self, pool: Pool, keys: Keys) -> None:
        self._pool = pool
        self._keys = keys

    async def make(self, tenant: str, webhook: str) -> Made:
        """Make another secret, which signs from now on beside those there are."""
        secret = new_secret()
        for _ in range(ATTEMPTS):
            number, wrapped = await self._keys.wrap_secret(
                tenant, secret, of_webhook(tenant, webhook)
            )
            serial: int | None = await self._pool.fetchval(
                "select cocreate_keys.add_webhook_secret($1, $2, $3, $4)",
                tenant,
                webhook,
                number,
                wrapped,
            )
            if serial is not None:
                return Made(serial, secret)
            self._keys.forget(tenant)
        message = f"The key of {tenant} keeps changing"
        raise LogUnavailable(message)

    async def in_use(self, tenant: str, webhook: str) -> Sequence[bytes]:
        """Give the secrets that sign now, the newest first."""
        rows = await self._pool.fetch(
            "select * from cocreate_keys.webhook_secrets($1, $2)", tenant, webhook
        )
        context = of_webhook(tenant, webhook)
        return [
            await self._keys.unwrap_secret(tenant, row["number"], row["wrapped"], context)
            for row in rows
        ]

    async def end_before(self, tenant: str, webhook: str, serial: int, after: timedelta) -> None:
        """Let the secrets before one sign for some time more, and no longer."""
        await self._pool.execute(
            "select cocreate_keys.end_webhook_secrets($1, $2, $3, $4)",
            tenant,
            webhook,
            serial,
            after,
        )

    async def drop(self, tenant: str, webhook: str, serial: int | None = None) -> None:
        """Let a secret be no more, or all of a webhook."""
        await self._pool.execute(
            "select cocreate_keys.drop_webhook_secret($1, $2, $3)", tenant, webhook, serial
        )
