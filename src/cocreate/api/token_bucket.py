"""Token buckets: so much a second, and so much at once, for each of many (in memory of a process).

A bucket fills up as time goes by, and whoever takes from it finds it less full. Only those that are
not full are kept, up to a number: then the one that was used longest ago is taken for full again.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Hashable
from time import monotonic
from typing import Generic, NamedTuple, TypeVar

K = TypeVar("K", bound=Hashable)

MOST = 100_000


class Taken(NamedTuple):
    """What became of taking a token."""

    granted: bool
    left: int
    wait: int
    """In how many whole seconds there is a token, where none was left; else the bucket is full."""


class TokenBuckets(Generic[K]):
    """A bucket for each key, all of one size, and filled at one rate."""

    def __init__(
        self,
        rate: float,
        size: int,
        *,
        most: int = MOST,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.rate = rate
        """How many tokens come to a bucket each second."""
        self.size = size
        self._most = most
        self._clock = clock
        self._full_at: OrderedDict[K, float] = OrderedDict()
        """When each bucket is full again: all there is to know of one."""

    def __len__(self) -> int:
        """Give how many buckets are kept."""
        return len(self._full_at)

    def take(self, key: K) -> Taken:
        """Take a token, if there is one."""
        now = self._clock()
        full_at = max(self._full_at.pop(key, now), now)
        left = self.size - (full_at - now) * self.rate
        granted = left >= 1 - 1e-9
        if granted:
            left -= 1
            full_at += 1 / self.rate
        self._full_at[key] = full_at
        if len(self._full_at) > self._most:
            self._full_at.popitem(last=False)
        missing = full_at - now if granted else (1 - left) / self.rate
        return Taken(granted, max(math.floor(left + 1e-9), 0), max(math.ceil(missing - 1e-9), 1))
