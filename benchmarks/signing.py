"""A process that signs for the trees of the logs, and does nothing else."""

from __future__ import annotations

import asyncio

import uvloop

from cocreate.service import open_service, signing_of
from cocreate.settings import Settings


async def _sign() -> None:
    settings = Settings.from_environment()
    if settings.database_url is None:
        message = "COCREATE_DATABASE_URL is not set"
        raise ValueError(message)
    signing = signing_of(settings)
    async with open_service(settings.database_url, pool_size=1, project=False, signing=signing):
        await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(_sign())
