"""What a request about a municipality is held to: its subscription, its portal, and its rate.

It comes after it is known who asks, so that whoever has no business in a municipality learns
nothing of how it stands.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from time import monotonic
from typing import Any, Final

from litestar import Request

from cocreate.api.problems import Problem
from cocreate.api.token_bucket import TokenBuckets
from cocreate.domain.calendar import amsterdam_date
from cocreate.domain.subscription import OPERATOR_LOG
from cocreate.domain.vocabulary import SubscriptionState
from cocreate.log.standings import Standing, Standings

IN_ANY_STATE: Final = {"in_any_state": True}
"""For ``opt`` of a route that writes, and is open also where nothing may be recorded.

So are keys, since readers need them too, and erasing a person, which the law asks for.
"""

_COUNTED: Final = "counted"
"""What a request has that took its turn: it may be looked at again, and is still one request."""
_READS = frozenset({"GET", "HEAD"})


class SubscriptionGate:
    """Turns requests away that a municipality may not make or take now.

    The rate is that of this process: several of them answer as many times what the plan has.
    """

    def __init__(self, standings: Standings, clock: Callable[[], float] = monotonic) -> None:
        self._standings = standings
        self._clock = clock
        self._buckets: dict[int, TokenBuckets[str]] = {}
        """By how many requests a plan has in a second."""

    async def admit(self, request: Request[Any, Any, Any], tenant: str) -> None:
        """Let a request pass, or raise what problem there is.

        ``tenant`` is where the sender belongs, empty for anyone: one who has business in the
        municipality of the path, if there is one. Of a municipality that is not there nothing is
        said.
        """
        code = request.scope["path_params"].get("code")
        if code is None:
            return
        standing = await self._there(code)
        if standing is None:
            return
        if tenant != OPERATOR_LOG and _COUNTED not in request.scope:
            self._take_turn(code, standing)
            request.scope[_COUNTED] = True  # type: ignore[typeddict-unknown-key]
        if request.method in _READS:
            if not (tenant or standing.public_portal):
                raise Problem("not-found")
        elif not standing.accepts_on(_today()) and not request.route_handler.opt.get(
            "in_any_state"
        ):
            raise Problem(f"subscription-{_state_of(standing)}")

    async def admit_to_tree(self, code: str) -> None:
        """Let anyone pass who asks for the tree of a log, which is public whatever the portal."""
        standing = await self._there(code)
        if standing is not None:
            self._take_turn(code, standing)

    async def _there(self, code: str) -> Standing | None:
        standing = self._standings.kept(code) or await self._standings.of(code)
        if standing is not None and standing.state is SubscriptionState.CLOSED:
            raise Problem("subscription-closed", facts={"code": code})
        return None if standing is None or standing.state is SubscriptionState.INVITED else standing

    def _take_turn(self, code: str, standing: Standing) -> None:
        most = standing.quotas.requests_per_second
        if most is None:
            return
        buckets = self._buckets.get(most)
        if buckets is None:
            buckets = self._buckets[most] = TokenBuckets(most, most, clock=self._clock)
        taken = buckets.take(code)
        if not taken.granted:
            raise Problem(
                "requests-used-up",
                facts={"limit": most},
                headers={"Retry-After": str(taken.wait)},
            )


def _state_of(standing: Standing) -> str:
    leaving = standing.accepts and standing.state is SubscriptionState.LEAVING
    return "leaving" if leaving else "suspended"


def _today() -> date:
    return amsterdam_date(datetime.now(UTC))
