"""When keys were last used: noted beside the requests, and written now and then."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Final

import asyncpg

from cocreate.log.connection import Pool

EVERY_SECONDS: Final = 60.0

_log = logging.getLogger(__name__)


class KeyUses:
    """Gathers the uses of keys, and writes the last of each once a minute at most."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._used: defaultdict[str, dict[str, datetime]] = defaultdict(dict)

    def note(self, tenant: str, key_id: str) -> None:
        """Note that a key is used now."""
        self._used[tenant][key_id] = datetime.now(UTC)

    async def write(self) -> None:
        """Write what was noted. What cannot be written is not tried again: it is soon outdated."""
        used, self._used = self._used, defaultdict(dict)
        for tenant, uses in used.items():
            try:
                await self._pool.execute(
                    "select cocreate.note_key_uses($1, $2, $3)",
                    tenant,
                    list(uses),
                    list(uses.values()),
                )
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as problem:
                _log.warning("When keys of %s were used could not be written: %s", tenant, problem)

    @contextlib.asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Write every now and then, and once more in the end."""
        writing = asyncio.create_task(self._run())
        try:
            yield
        finally:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
            await self.write()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            await self.write()
