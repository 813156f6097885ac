"""The subscription of a municipality, in the operator's own log: invited, active, ..., closed.

The operator has a log as each municipality has one, under the tenant ``*``. In it stand the plans
that can be subscribed to, and one history for each municipality.

A plan is copied into the subscription when it is taken: one that is defined anew holds for whoever
takes it from then on, and changes nobody's quotas behind their back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, ClassVar, Self
from uuid import UUID, uuid5

from eventsourcing.domain import BaseAggregate, CanInitAggregate, event
from msgspec import Meta, Struct

from cocreate.domain import errors
from cocreate.domain.moment import Moment
from cocreate.domain.municipality import MunicipalityCode
from cocreate.domain.project.chapter import require_order, require_past, require_within_reach
from cocreate.domain.steps.base import Event as AnyEvent
from cocreate.domain.steps.base import (
    EventMeta,
    Line,
    Part,
    Sha256,
    Step,
    Text,
    Title,
    content_of,
)
from cocreate.domain.vocabulary import SubscriptionState, Visibility

OPERATOR_LOG = "*"
"""The tenant of the operator's own log; no municipality has such a code."""
DEFAULT_PLAN = "default"
"""The plan of whoever names none. It has no limits, until the operator defines it otherwise."""

_NAMESPACE = UUID("8c0f9f4e-6a0b-5b1d-9d7e-2f3a4c5b6d70")

PlanName = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*(?![\s\S])", max_length=40)]
Limit = Annotated[int, Meta(ge=1, le=1_000_000_000)]


class Quotas(Part, frozen=True, kw_only=True):
    """How much a plan holds; what is not said has no limit."""

    projects: Limit | None = None
    """How many projects there can be, closed ones too."""
    keys: Limit | None = None
    """How many keys can be valid at a time."""
    events_per_day: Limit | None = None
    """How many events are recorded in a day in Europe/Amsterdam, those of housekeeping aside."""
    requests_per_second: Limit | None = None
    """How many requests are answered in a second, by each process."""


class DefinePlan(Step, frozen=True, kw_only=True):
    """The operator says what a plan holds, for whoever takes it from now on."""

    noun: ClassVar = "plans"
    by_default: ClassVar = Visibility.INTERNAL

    plan: PlanName
    title: Title
    quotas: Quotas


class PlanDefined(DefinePlan, AnyEvent, frozen=True, kw_only=True, metaclass=EventMeta):
    """A plan was defined. The plans have a history of their own, of such events alone."""


class Plan(Struct, frozen=True, kw_only=True):
    """A plan as it is now."""

    plan: str
    title: str
    quotas: Quotas


def plans_after(defined: Iterable[PlanDefined]) -> Mapping[str, Plan]:
    """Give the plans by name after what was defined, in order; the built-in one is among them."""
    plans = {DEFAULT_PLAN: Plan(plan=DEFAULT_PLAN, title="Zonder limieten", quotas=Quotas())}
    for each in defined:
        plans[each.plan] = Plan(plan=each.plan, title=each.title, quotas=each.quotas)
    return plans


class SubscriptionStep(Step, frozen=True, kw_only=True):
    """A step in the subscription of a municipality; the operator alone reads it."""

    by_default: ClassVar = Visibility.INTERNAL


class InviteMunicipality(SubscriptionStep, frozen=True, kw_only=True):
    """A municipality is invited to subscribe; it has no log yet."""

    noun: ClassVar = "subscriptions"

    code: MunicipalityCode
    name: Title
    plan: PlanName = DEFAULT_PLAN


class MunicipalityInvited(
    InviteMunicipality,
    AnyEvent,
    CanInitAggregate[UUID],
    frozen=True,
    kw_only=True,
    metaclass=EventMeta,
):
    """A municipality was invited: the first event of its subscription."""

    originator_topic: str = "cocreate.domain.subscription:Subscription"


class ActivateSubscription(SubscriptionStep, frozen=True, kw_only=True):
    """The municipality accepts the invitation, and gets its log."""

    noun: ClassVar = "activations"


class SubscriptionActivated(
    ActivateSubscription, AnyEvent, frozen=True, kw_only=True, metaclass=EventMeta
):
    """A subscription began, with what the plan holds by then."""

    plan: PlanName
    quotas: Quotas


class ChangePlan(SubscriptionStep, frozen=True, kw_only=True):
    """The municipality goes over to a plan, or takes its own anew as it is defined by now."""

    noun: ClassVar = "plan-changes"

    plan: PlanName


class PlanChanged(ChangePlan, AnyEvent, frozen=True, kw_only=True, metaclass=EventMeta):
    """Another plan holds."""

    quotas: Quotas


class SuspendSubscription(SubscriptionStep, frozen=True, kw_only=True):
    """Nothing more is recorded by the municipality for now; all of it can still be read."""

    noun: ClassVar = "suspensions"

    reason: Text


class SubscriptionSuspended(
    SuspendSubscription, AnyEvent, frozen=True, kw_only=True, metaclass=EventMeta
):
    """A subscription was suspended."""


class ResumeSubscription(SubscriptionStep, frozen=True, kw_only=True):
    """A suspension is over, or a leaving called off."""

    noun: ClassVar = "resumptions"


class SubscriptionResumed(
    ResumeSubscription, AnyEvent, frozen=True, kw_only=True, metaclass=EventMeta
):
    """A subscription is active again."""


class AnnounceLeaving(SubscriptionStep, frozen=True, kw_only=True):
    """The municipality leaves. It can record up to its last day, and read and export after it.

    Announced again, it has another last day.
    """

    noun: ClassVar = "leaving-announcements"

    last_day: date
    """The last day in Europe/Amsterdam on which something is recorded."""
    announced_by: Line
    """Which body or party announced it; not the name of a person."""


class LeavingAnnounced(AnnounceLeaving, AnyEvent, frozen=True, kw_only=True, metaclass=EventMeta):
    """It was announced that a municipality leaves."""


class CloseSubscription(SubscriptionStep, frozen=True, kw_only=True):
    """All data of a municipality that left is destroyed."""

    noun: ClassVar = "closings"


class Destroyed(Part, frozen=True, kw_only=True):
    """What there was of a municipality, by the last that was signed of it and by counts."""

    position: Annotated[int, Meta(ge=0)]
    """The last position of its log: how many events it held."""
    tree_size: Annotated[int, Meta(ge=0)]
    """The size of its tree at the last checkpoint, 0 where none was signed."""
    root_hash: Sha256
    """The root of that tree, with which every export can still be compared."""
    projects: Annotated[int, Meta(ge=0)]
    keys: Annotated[int, Meta(ge=0)]
    """How many API keys."""
    persons: Annotated[int, Meta(ge=0)]
    """How many keys of people."""


class SubscriptionClosed(
    CloseSubscription, AnyEvent, frozen=True, kw_only=True, metaclass=EventMeta
):
    """The certificate: all data of a municipality was destroyed, in the same transaction."""

    code: MunicipalityCode
    destroyed: Destroyed


SUBSCRIPTION_EVENTS: Mapping[str, type[AnyEvent]] = {
    event_class.__name__: event_class
    for event_class in (
        MunicipalityInvited,
        SubscriptionActivated,
        PlanChanged,
        SubscriptionSuspended,
        SubscriptionResumed,
        LeavingAnnounced,
        SubscriptionClosed,
    )
}


def subscription_id(code: str) -> UUID:
    """Give the id of the history of a municipality's subscription in the operator's log."""
    return uuid5(_NAMESPACE, code)


def plans_id() -> UUID:
    """Give the id of the history of the plans in the operator's log."""
    return uuid5(_NAMESPACE, "plans")


class Subscription(BaseAggregate[UUID]):
    """The subscription of a municipality."""

    Event = AnyEvent
    vars().update(SUBSCRIPTION_EVENTS)

    @classmethod
    def invite(cls, step: InviteMunicipality, plans: Mapping[str, Plan], moment: Moment) -> Self:
        """Invite a municipality.

        Raises :class:`~cocreate.domain.errors.UnknownPlan`, and
        :class:`~cocreate.domain.errors.OccurredInFuture`, as every command here does.
        """
        require_past(step.occurred_on, moment)
        _require_plan(step.plan, plans)
        invited = getattr(cls, MunicipalityInvited.__name__)
        return cls._create(
            invited, id=subscription_id(step.code), timestamp=moment.now, **_content(step)
        )

    @property
    def accepts(self) -> bool:
        """Whether the municipality may record, up to the last day where there is one."""
        return self.state in (SubscriptionState.ACTIVE, SubscriptionState.LEAVING) and (
            not self.suspended
        )

    def take(self, step: SubscriptionStep, plans: Mapping[str, Plan], moment: Moment) -> None:
        """Take a step that neither begins nor ends the subscription; raises what it raises."""
        match step:
            case ActivateSubscription():
                self.activate(step, plans, moment)
            case ChangePlan():
                self.change_plan(step, plans, moment)
            case SuspendSubscription():
                self.suspend(step, moment)
            case ResumeSubscription():
                self.resume(step, moment)
            case AnnounceLeaving():
                self.announce_leaving(step, moment)
            case _:
                raise TypeError(step)

    def activate(
        self, step: ActivateSubscription, plans: Mapping[str, Plan], moment: Moment
    ) -> None:
        """Begin what was subscribed to, under the plan of the invitation as it is by now.

        Raises :class:`~cocreate.domain.errors.SubscriptionIs`, as every command here does where
        the state does not allow it, and :class:`~cocreate.domain.errors.UnknownPlan`.
        """
        self._require(SubscriptionState.INVITED)
        plan = _require_plan(self.plan, plans)
        self._record(SubscriptionActivated, step, moment, plan=plan.plan, quotas=plan.quotas)

    def change_plan(self, step: ChangePlan, plans: Mapping[str, Plan], moment: Moment) -> None:
        """Go over to a plan; raises :class:`~cocreate.domain.errors.UnknownPlan`."""
        self._require(SubscriptionState.ACTIVE, SubscriptionState.SUSPENDED)
        plan = _require_plan(step.plan, plans)
        self._record(PlanChanged, step, moment, quotas=plan.quotas)

    def suspend(self, step: SuspendSubscription, moment: Moment) -> None:
        """Let nothing more be recorded for now."""
        self._require(SubscriptionState.ACTIVE)
        self._record(SubscriptionSuspended, step, moment)

    def resume(self, step: ResumeSubscription, moment: Moment) -> None:
        """End a suspension, or call a leaving off while nothing was destroyed."""
        self._require(SubscriptionState.SUSPENDED, SubscriptionState.LEAVING)
        self._record(SubscriptionResumed, step, moment)

    def announce_leaving(self, step: AnnounceLeaving, moment: Moment) -> None:
        """Name the last day, or another; one who is suspended stays so until it.

        Raises :class:`~cocreate.domain.errors.DatesOutOfOrder` for a last day before the day of
        the announcement, and :class:`~cocreate.domain.errors.DateTooFar` for one that never comes.
        """
        self._require(
            SubscriptionState.ACTIVE, SubscriptionState.SUSPENDED, SubscriptionState.LEAVING
        )
        require_order(("occurredOn", step.occurred_on), ("lastDay", step.last_day))
        require_within_reach(moment, lastDay=step.last_day)
        self._record(LeavingAnnounced, step, moment)

    def require_closable(self, moment: Moment) -> None:
        """Check that the data may be destroyed: the last day is over.

        Raises :class:`~cocreate.domain.errors.LastDayNotOver`.
        """
        self._require(SubscriptionState.LEAVING)
        if self.last_day is None or moment.today <= self.last_day:
            last_day = None if self.last_day is None else self.last_day.isoformat()
            raise errors.LastDayNotOver(last_day=last_day)

    def close(self, step: CloseSubscription, destroyed: Destroyed, moment: Moment) -> None:
        """Certify what is destroyed; raises what :meth:`require_closable` raises."""
        self.require_closable(moment)
        self._record(SubscriptionClosed, step, moment, code=self.code, destroyed=destroyed)

    def remember(self, taken: AnyEvent) -> None:
        """Keep nothing: no later step is about an earlier one."""

    def _require(self, *states: SubscriptionState) -> None:
        if self.state not in states:
            raise errors.SubscriptionIs(state=self.state)

    def _record(
        self, event_class: type[AnyEvent], step: Step, moment: Moment, **given: object
    ) -> None:
        require_past(step.occurred_on, moment)
        self.trigger_event(
            getattr(type(self), event_class.__name__),
            timestamp=moment.now,
            **_content(step),
            **given,
        )

    @event(MunicipalityInvited)
    def __init__(self, code: str, name: str, plan: str, occurred_on: date) -> None:
        self.code = code
        self.name = name
        self.plan = plan
        self.quotas = Quotas()
        self.state = SubscriptionState.INVITED
        self.since = occurred_on
        """The day on which the state came about."""
        self.suspended = False
        self.last_day: date | None = None
        self.destroyed: Destroyed | None = None

    @event(SubscriptionActivated)
    def _activated(self, plan: str, quotas: Quotas, occurred_on: date) -> None:
        self.plan, self.quotas = plan, quotas
        self._become(SubscriptionState.ACTIVE, occurred_on)

    @event(PlanChanged)
    def _plan_changed(self, plan: str, quotas: Quotas) -> None:
        self.plan, self.quotas = plan, quotas

    @event(SubscriptionSuspended)
    def _suspended(self, occurred_on: date) -> None:
        self.suspended = True
        self._become(SubscriptionState.SUSPENDED, occurred_on)

    @event(SubscriptionResumed)
    def _resumed(self, occurred_on: date) -> None:
        self.suspended, self.last_day = False, None
        self._become(SubscriptionState.ACTIVE, occurred_on)

    @event(LeavingAnnounced)
    def _leaving_announced(self, last_day: date, occurred_on: date) -> None:
        self.last_day = last_day
        self._become(SubscriptionState.LEAVING, occurred_on)

    @event(SubscriptionClosed)
    def _closed(self, destroyed: Destroyed, occurred_on: date) -> None:
        self.destroyed = destroyed
        self._become(SubscriptionState.CLOSED, occurred_on)

    def _become(self, state: SubscriptionState, occurred_on: date) -> None:
        self.state, self.since = state, occurred_on


def _require_plan(name: str, plans: Mapping[str, Plan]) -> Plan:
    if name not in plans:
        raise errors.UnknownPlan(plan=name)
    return plans[name]


def _content(step: Step) -> dict[str, object]:
    content = content_of(step)
    content["visibility"] = step.visibility or step.by_default
    return content
