"""Statistics of a municipality per year, as open data: what happened, and how long it took.

Each figure counts a thing once, in the year of one of its days. What an account counts for is said
by :func:`facts`; the database keeps the sums.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from cocreate.domain.vocabulary import (
    CommitmentStatus,
    Outcome,
    ProjectStatus,
    Sector,
    WishStatus,
)
from cocreate.projections.accounts import AnyAccount, ProjectAccount
from cocreate.projections.accounts.account import (
    ApprovalAccount,
    CommitmentAccount,
    DecisionAccount,
    DeviationAccount,
    InterventionAccount,
    ObstacleAccount,
    SessionAccount,
    WishAccount,
    on_of,
)
from cocreate.projections.accounts.ledger import key_of
from cocreate.projections.resource import Register, Resource
from cocreate.projections.tables import About, Table, VersionedTable

VERSION = 2
RESTS_ON = ("wishes",)


class Fact(msgspec.Struct, frozen=True):
    """Something that counts for a figure."""

    measure: str
    """The figure: a field of :class:`YearFigures`."""
    on: date | None
    """The day that says in which year it counts; None where it did not happen."""
    number: int | None = 1
    since: date | None = None
    """The day from which on it took days, for the median of those."""


def facts(account: AnyAccount) -> Iterable[Fact]:
    """Give what an account counts for."""
    match account:
        case ProjectAccount():
            return _of_project(account)
        case SessionAccount():
            held = account.since
            return (Fact("sessions", held), Fact("attended", held, account.attended))
        case WishAccount():
            return _of_wish(account)
        case DecisionAccount():
            return _of_decision(account)
        case DeviationAccount():
            return _of_deviation(account)
        case ApprovalAccount():
            return _of_approval(account)
        case ObstacleAccount():
            raised = account.since
            closed = Fact("obstacles_closed", account.closed_on, since=raised)
            return (Fact("obstacles_raised", raised), closed)
        case InterventionAccount():
            return _of_intervention(account)
        case CommitmentAccount():
            return _of_commitment(account)
        case _:
            return ()


_CLOSED: Mapping[ProjectStatus, str] = {
    ProjectStatus.COMPLETED: "projects_completed",
    ProjectStatus.STOPPED: "projects_stopped",
}


def _of_project(project: ProjectAccount) -> Iterator[Fact]:
    yield Fact("projects_started", project.since)
    if project.status in _CLOSED:
        yield Fact(_CLOSED[project.status], project.closed_on)


def _of_wish(wish: WishAccount) -> Iterator[Fact]:
    """Give what a wish counts for; what went into other wishes counts there."""
    if wish.status not in (WishStatus.MERGED, WishStatus.SPLIT):
        yield Fact("wishes", wish.since)
        yield Fact("wishes_answered", on_of(wish.answered), since=wish.since)


_OUTCOMES: Mapping[Outcome, str] = {
    Outcome.ADOPTED: "adopted",
    Outcome.ADOPTED_WITH_CHANGES: "adopted_with_changes",
    Outcome.REJECTED: "rejected",
    Outcome.DEFERRED: "deferred",
}


def _of_decision(decision: DecisionAccount) -> Iterator[Fact]:
    yield Fact("decisions", decision.since)
    for outcome, measure in _OUTCOMES.items():
        yield Fact(measure, decision.since, decision.outcomes.get(outcome))


def _of_deviation(deviation: DeviationAccount) -> Iterator[Fact]:
    recorded = deviation.since
    yield Fact("deviations", recorded)
    if deviation.motivated is not None:
        yield Fact("deviations_motivated", recorded)
    if deviation.fed_back is not None:
        yield Fact("deviations_fed_back", recorded)
        yield Fact("feedback", deviation.fed_back.on, since=recorded)
    if deviation.contests:
        yield Fact("deviations_contested", recorded)


def _of_approval(approval: ApprovalAccount) -> Iterator[Fact]:
    decided = approval.decided_on
    yield Fact("approvals_requested", approval.since)
    yield Fact("approvals_decided", decided, since=approval.since)
    if decided is not None and approval.due_on is not None and decided > approval.due_on:
        yield Fact("approvals_late", decided)


def _of_intervention(intervention: InterventionAccount) -> Iterator[Fact]:
    """Give what an intervention counts for: once, however many obstacles it was tried against."""
    yield Fact("interventions", intervention.since)
    if any(intervention.resolved_on(each) for each in intervention.against):
        yield Fact("interventions_that_resolved", intervention.since)


def _of_commitment(commitment: CommitmentAccount) -> Iterator[Fact]:
    ended = on_of(commitment.ended)
    yield Fact("commitments_made", commitment.since)
    if commitment.status is CommitmentStatus.BROKEN:
        yield Fact("commitments_broken", ended)
    elif commitment.status is CommitmentStatus.FULFILLED:
        yield Fact("commitments_kept", ended)
        if ended is not None and commitment.due_on is not None and ended > commitment.due_on:
            yield Fact("commitments_kept_late", ended)


class FactRow(msgspec.Struct, frozen=True):
    """What counts for a figure, as it is stored."""

    sector: str
    year: int
    measure: str
    days: int | None
    number: int


def _rows(account: AnyAccount, about: About) -> Iterator[tuple[str, FactRow]]:
    for fact in facts(account):
        if fact.on is not None and fact.number:
            days = None if fact.since is None else (fact.on - fact.since).days
            row = FactRow(about.sector, fact.on.year, fact.measure, days, fact.number)
            yield f"{fact.measure}/{key_of(account)}", row


TABLES: Sequence[Table] = (
    VersionedTable(
        "fact",
        (
            ProjectAccount,
            SessionAccount,
            WishAccount,
            DecisionAccount,
            DeviationAccount,
            ApprovalAccount,
            ObstacleAccount,
            InterventionAccount,
            CommitmentAccount,
        ),
        _rows,
    ),
)


class YearFigures(msgspec.Struct, frozen=True, rename="camel"):
    """What happened in a year. Days are medians of what was done in that year."""

    year: int
    projects_started: int
    projects_completed: int
    projects_stopped: int
    sessions: int
    attended: int
    """People at sessions, each time counted."""
    wishes: int
    """Wishes expressed in that year, as they stand: those that were merged count as the one wish
    they went into, in the year of the merger, and one that was split as its parts."""
    supporters: int
    """Support for the wishes of that year, whenever it was given. That for a wish that was merged
    counts with the wish it went into; that for one that was split stays with it."""
    wishes_answered: int
    """Wishes answered in that year: decided on, other than put off, told about, or realised."""
    median_days_to_answer: float | None
    decisions: int
    adopted: int
    """Wishes and proposals that decisions of that year adopted; and so on."""
    adopted_with_changes: int
    rejected: int
    deferred: int
    deviations: int
    deviations_motivated: int
    """Of the deviations of that year, whenever the motivation was given; and so on."""
    deviations_fed_back: int
    deviations_contested: int
    median_days_to_feedback: float | None
    """Of the deviations on which residents were told in that year."""
    approvals_requested: int
    approvals_decided: int
    approvals_late: int
    """Decided in that year, after the last day of the term."""
    median_lead_days: float | None
    obstacles_raised: int
    obstacles_closed: int
    median_obstacle_days: float | None
    interventions: int
    """Interventions tried in that year, each once, however many obstacles it was tried against."""
    interventions_that_resolved: int
    """Of the interventions of that year, those that resolved at least one obstacle by now."""
    commitments_made: int
    commitments_kept: int
    commitments_kept_late: int
    """Kept in that year, after the day that was promised; these are among those kept."""
    commitments_broken: int


class StatisticsFilter(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True
):
    """What the statistics take in."""

    sector: Annotated[Sector, Meta(description="Only projects of this sector.")] | None = None
    year: Annotated[int, Meta(ge=1900, le=2200, description="Only this year.")] | None = None


RESOURCES: Sequence[Resource] = (
    Register(
        path="statistics",
        operation="listStatistics",
        summary="Read the statistics of a municipality, a row per year",
        description="Open data: what the municipality made public, as JSON, CSV or JSON Lines.",
        row=YearFigures,
        narrow=StatisticsFilter,
        function="list_years",
    ),
)
