"""The life of a subscription: which step its state allows, whatever came before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from cocreate.domain import errors
from cocreate.domain.moment import Moment
from cocreate.domain.subscription import (
    DEFAULT_PLAN,
    SUBSCRIPTION_EVENTS,
    ActivateSubscription,
    AnnounceLeaving,
    ChangePlan,
    CloseSubscription,
    Destroyed,
    InviteMunicipality,
    Plan,
    PlanDefined,
    Quotas,
    ResumeSubscription,
    Subscription,
    SubscriptionStep,
    SuspendSubscription,
    plans_after,
)
from cocreate.domain.vocabulary import SubscriptionState, Visibility

DAY = date(2025, 3, 3)
MOMENT = Moment(now=datetime(2025, 6, 10, 12, tzinfo=UTC))
TODAY = MOMENT.today
SMALL = Plan(plan="klein", title="Klein", quotas=Quotas(projects=3, keys=2))
PLANS = {**plans_after(()), SMALL.plan: SMALL}
NOTHING = Destroyed(position=0, tree_size=0, root_hash="0" * 64, projects=0, keys=0, persons=0)

INVITED, ACTIVE, SUSPENDED, LEAVING, CLOSED = SubscriptionState
ACTIVATE = ActivateSubscription(occurred_on=DAY)
SUSPEND = SuspendSubscription(occurred_on=DAY, reason="Niet betaald")
RESUME = ResumeSubscription(occurred_on=DAY)
TAKE_SMALL = ChangePlan(occurred_on=DAY, plan=SMALL.plan)
CLOSE = CloseSubscription(occurred_on=DAY)


def leave(last_day: date = DAY) -> AnnounceLeaving:
    return AnnounceLeaving(occurred_on=DAY, last_day=last_day, announced_by="college")


def invited(plan: str = DEFAULT_PLAN) -> Subscription:
    invitation = InviteMunicipality(occurred_on=DAY, code="GM0503", name="Delft", plan=plan)
    return Subscription.invite(invitation, PLANS, MOMENT)


def after(*steps: SubscriptionStep) -> Subscription:
    subscription = invited()
    for step in steps:
        if isinstance(step, CloseSubscription):
            subscription.close(step, NOTHING, MOMENT)
        else:
            subscription.take(step, PLANS, MOMENT)
    return subscription


STANDS: dict[SubscriptionState, Callable[[], Subscription]] = {
    INVITED: after,
    ACTIVE: lambda: after(ACTIVATE),
    SUSPENDED: lambda: after(ACTIVATE, SUSPEND),
    LEAVING: lambda: after(ACTIVATE, leave()),
    CLOSED: lambda: after(ACTIVATE, leave(), CLOSE),
}
ALLOWED: dict[SubscriptionStep, dict[SubscriptionState, SubscriptionState]] = {
    ACTIVATE: {INVITED: ACTIVE},
    TAKE_SMALL: {ACTIVE: ACTIVE, SUSPENDED: SUSPENDED},
    SUSPEND: {ACTIVE: SUSPENDED},
    RESUME: {SUSPENDED: ACTIVE, LEAVING: ACTIVE},
    leave(): {ACTIVE: LEAVING, SUSPENDED: LEAVING, LEAVING: LEAVING},
}
"""From which state each step leads to which."""


@pytest.mark.parametrize("state", SubscriptionState)
@pytest.mark.parametrize("step", ALLOWED, ids=lambda step: type(step).__name__)
def test_a_state_allows_some_steps(step: SubscriptionStep, state: SubscriptionState) -> None:
    subscription = STANDS[state]()
    assert subscription.state is state
    if state in ALLOWED[step]:
        subscription.take(step, PLANS, MOMENT)
        assert subscription.state is ALLOWED[step][state]
    else:
        before = subscription.version
        with pytest.raises(errors.SubscriptionIs) as refused:
            subscription.take(step, PLANS, MOMENT)
        assert refused.value.facts == {"state": state}
        assert (subscription.state, subscription.version) == (state, before)


@pytest.mark.parametrize("state", SubscriptionState)
def test_only_one_that_leaves_is_closed(state: SubscriptionState) -> None:
    subscription = STANDS[state]()
    if state is LEAVING:
        subscription.close(CLOSE, NOTHING, MOMENT)
        assert (subscription.state, subscription.destroyed) == (CLOSED, NOTHING)
    else:
        with pytest.raises(errors.SubscriptionIs):
            subscription.close(CLOSE, NOTHING, MOMENT)


@pytest.mark.parametrize("last_day", [TODAY, TODAY + timedelta(days=1)])
def test_nothing_is_destroyed_before_the_last_day_is_over(last_day: date) -> None:
    subscription = after(ACTIVATE, leave(last_day))
    with pytest.raises(errors.LastDayNotOver):
        subscription.close(CLOSE, NOTHING, MOMENT)
    assert subscription.state is LEAVING


def test_a_last_day_is_not_before_its_announcement_and_comes_some_day() -> None:
    with pytest.raises(errors.DatesOutOfOrder):
        after(ACTIVATE, leave(DAY - timedelta(days=1)))
    with pytest.raises(errors.DateTooFar):
        after(ACTIVATE, leave(date(2200, 1, 1)))


def test_one_who_was_suspended_does_not_record_by_leaving() -> None:
    assert after(ACTIVATE, leave()).accepts
    assert not after(ACTIVATE, SUSPEND, leave()).accepts
    assert after(ACTIVATE, SUSPEND, leave(), RESUME).accepts


def test_the_plan_of_the_invitation_is_taken_as_it_is_when_it_begins() -> None:
    subscription = invited(SMALL.plan)
    assert subscription.quotas == Quotas()
    wider = Plan(plan=SMALL.plan, title="Klein", quotas=Quotas(projects=9))
    subscription.activate(ACTIVATE, {**PLANS, SMALL.plan: wider}, MOMENT)
    assert (subscription.plan, subscription.quotas) == (SMALL.plan, Quotas(projects=9))


def test_a_plan_must_be_there() -> None:
    with pytest.raises(errors.UnknownPlan):
        invited("onbekend")
    with pytest.raises(errors.UnknownPlan):
        after(ACTIVATE, ChangePlan(occurred_on=DAY, plan="onbekend"))


def test_plans_are_those_defined_last_and_one_that_is_built_in() -> None:
    def defined(plan: str, **quotas: int) -> PlanDefined:
        return PlanDefined(occurred_on=DAY, plan=plan, title=plan, quotas=Quotas(**quotas))

    assert plans_after(())[DEFAULT_PLAN].quotas == Quotas()
    plans = plans_after([defined("a", keys=1), defined("a", keys=2), defined("default", keys=3)])
    assert {name: plan.quotas.keys for name, plan in plans.items()} == {"default": 3, "a": 2}


def test_no_step_lies_in_the_future_and_only_the_operator_reads_them() -> None:
    subscription = after(ACTIVATE)
    tomorrow = TODAY + timedelta(days=2)
    with pytest.raises(errors.OccurredInFuture):
        subscription.suspend(SuspendSubscription(occurred_on=tomorrow, reason="x"), MOMENT)
    events = subscription.collect_events()
    assert {event.visibility for event in events} == {Visibility.INTERNAL}  # type: ignore[attr-defined]


class Life(RuleBasedStateMachine):
    """Any steps in any order: what was refused changed nothing, and events tell all there is."""

    def __init__(self) -> None:
        super().__init__()
        self.moment = MOMENT
        self.subscription = invited()
        self.collected: list[object] = []
        self.closed_after: date | None = None

    @initialize()
    def accept(self) -> None:
        self.subscription.take(ACTIVATE, PLANS, self.moment)

    @rule(step=st.sampled_from([ACTIVATE, TAKE_SMALL, SUSPEND, RESUME]))
    def take(self, step: SubscriptionStep) -> None:
        self._try(lambda: self.subscription.take(step, PLANS, self.moment))

    @rule(days=st.integers(-5, 5))
    def announce(self, days: int) -> None:
        last_day = self.moment.today + timedelta(days=days)
        self._try(lambda: self.subscription.take(leave(last_day), PLANS, self.moment))

    @rule(days=st.integers(1, 4))
    def wait(self, days: int) -> None:
        self.moment = Moment(now=self.moment.now + timedelta(days=days))

    @rule()
    def close(self) -> None:
        last_day = self.subscription.last_day
        if self._try(lambda: self.subscription.close(CLOSE, NOTHING, self.moment)):
            assert last_day is not None
            assert last_day < self.moment.today

    def _try(self, step: Callable[[], None]) -> bool:
        before = vars(self.subscription).copy()
        try:
            step()
        except errors.RuleBroken:
            assert vars(self.subscription) == before
            return False
        assert before["state"] is not CLOSED, "nothing happens to what is closed"
        assert self.subscription.version == before["_version"] + 1
        return True

    @invariant()
    def records_only_where_the_state_allows_it(self) -> None:
        found = self.subscription
        assert found.accepts <= (found.state in (ACTIVE, LEAVING))
        assert (found.state is ACTIVE) <= found.accepts
        assert (found.last_day is not None) == (found.state in (LEAVING, CLOSED))
        assert (found.destroyed is not None) == (found.state is CLOSED)

    @invariant()
    def is_what_its_events_come_to(self) -> None:
        self.collected += self.subscription.pending_events
        self.subscription.pending_events.clear()
        again: Subscription | None = None
        for event in self.collected:
            assert type(event).__name__ in SUBSCRIPTION_EVENTS
            again = event.mutate(again)  # type: ignore[attr-defined]
        assert again is not None
        assert vars(again) == vars(self.subscription)


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
