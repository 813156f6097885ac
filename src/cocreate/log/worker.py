"""Keeping up with the logs of all municipalities: at once where a signal says so, else by polling.

Signals may be lost, so a worker looks for itself as well: seldom while they come in, often while
they do not. What the work is, its own class says.
"""

from __future__ import annotations

import asyncio
import contextlib
from abc import ABC, abstractmethod
from collections.abc import Callable
from time import monotonic

import msgspec


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How often a worker looks, in seconds."""

    poll: float
    """How long a log may be ahead unnoticed when no one was told."""
    heard_poll: float
    """The same while signals come in: then nothing is missed but by mishap."""
    gap: float
    """How long a busy log gathers between rounds: many steps cost little more than one."""
    busy_gap: float | None = None
    """The same after a round that had much to do; None for no other."""


class LogWorker(ABC):
    """Works on the logs that have grown, round after round."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self.busy = False
        """Whether there was much to do in the last round."""
        self._awake: set[str] = set()
        self._unsure = True
        """Whether a log may have grown without a word."""
        self._wake = asyncio.Event()

    @abstractmethod
    async def catch_up(self) -> None:
        """Work until nothing is left to do, but for what others do."""

    @abstractmethod
    async def behind(self) -> set[str]:
        """Find the logs that there is something to do in, whether or not anyone told of them."""

    @abstractmethod
    def report(self, problem: Exception) -> None:
        """Log why a round came to nothing. Another is tried in a while."""

    def wake(self, tenant: str) -> None:
        """Say that a log has grown."""
        self._awake.add(tenant)
        self._wake.set()

    def doubt(self) -> None:
        """Say that a log may have grown without a word."""
        self._unsure = True
        self._wake.set()

    def hear(self, topic: str, tenant: str) -> None:
        """Hear a signal: that a log has grown, or that some signals are lost."""
        if topic == "log":
            self.wake(tenant)
        elif not topic:
            self.doubt()

    async def run(self, connected: Callable[[], bool] = lambda: False) -> None:
        """Keep up until cancelled. A database that is away is waited for.

        ``connected`` tells whether signals come in, so that polling may be slow.
        """
        polled = monotonic()
        while True:
            self._wake.clear()
            if monotonic() - polled > (self.pace.heard_poll if connected() else self.pace.poll):
                polled = monotonic()
                self._unsure = True
            try:
                await self.catch_up()
            except Exception as problem:  # noqa: BLE001 - it is reported, and tried again
                self.report(problem)
                await asyncio.sleep(self.pace.poll)
                continue
            longer = self.pace.busy_gap if self.busy else None
            await asyncio.sleep(longer or self.pace.gap)
            # Not wait_for: in Python 3.11 it loses a cancellation that comes with a wake.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.pace.poll):
                    await self._wake.wait()

    async def take_awake(self) -> set[str]:
        """Give the logs that are to be worked on now, and forget that they were told of."""
        awake, self._awake = self._awake, set()
        if self._unsure:
            self._unsure = False
            awake |= await self.behind()
        return awake
