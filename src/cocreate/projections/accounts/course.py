"""What the course of a project changes."""

from __future__ import annotations

from bisect import insort
from collections.abc import Mapping
from datetime import date

from cocreate.domain.steps import course, record
from cocreate.domain.steps.base import Event
from cocreate.domain.vocabulary import MandateRole, ProjectStatus
from cocreate.projections.accounts.account import (
    Assessment,
    Frames,
    MandateSpan,
    MilestoneAccount,
    PartyAccount,
    Pause,
    ProjectAccount,
    ReportAccount,
    SessionAccount,
    Span,
)
from cocreate.projections.accounts.ledger import Accounts, on


@on(course.ProjectStarted)
def started(accounts: Accounts, event: course.ProjectStarted) -> None:
    accounts.begin(
        ProjectAccount(
            id=str(accounts.project_id),
            title=event.title,
            summary=event.summary,
            sector=event.sector,
            initiative=event.initiative,
            department=event.department,
            place=event.place,
            status=ProjectStatus.RUNNING,
            since=event.occurred_on,
            position=accounts.recorded.position,
            last_step_on=event.occurred_on,
            last_position=accounts.recorded.position,
        )
    )


_COURSE: Mapping[type[Event], ProjectStatus] = {
    course.ProjectPaused: ProjectStatus.PAUSED,
    course.ProjectResumed: ProjectStatus.RUNNING,
    course.ProjectCompleted: ProjectStatus.COMPLETED,
    course.ProjectStopped: ProjectStatus.STOPPED,
}


@on(*_COURSE)
def moved(accounts: Accounts, event: Event) -> None:
    project = accounts.own()
    if project is None:
        return
    project.status = _COURSE[type(event)]
    project.reason = getattr(event, "reason", None) or getattr(event, "result", None)
    if isinstance(event, course.ProjectPaused):
        position = accounts.recorded.position
        project.pauses.append(
            Pause(since=event.occurred_on, position=position, reason=event.reason)
        )
        return
    if project.pauses and project.pauses[-1].until is None:
        project.pauses[-1].until = event.occurred_on
    closed = project.status in (ProjectStatus.COMPLETED, ProjectStatus.STOPPED)
    project.closed = accounts.place if closed else None


@on(course.SuitabilityAssessed)
def assessed(accounts: Accounts, event: course.SuitabilityAssessed) -> None:
    if (project := accounts.own()) is not None:
        assessment = Assessment(
            verdict=event.verdict,
            political_sensitivity=event.political_sensitivity,
            rule_pressure=event.rule_pressure,
            body=event.body,
            motivation=event.motivation,
            on=event.occurred_on,
            position=accounts.recorded.position,
        )
        insort(project.assessments, assessment, key=lambda each: (each.on, each.position))
        project.suitability = project.assessments[-1].verdict


@on(course.FrameworkSet)
def framework_set(accounts: Accounts, event: course.FrameworkSet) -> None:
    if (project := accounts.own()) is not None:
        frames = Frames(
            level=event.level,
            fixed=event.fixed,
            open=event.open,
            body=event.body,
            before=event.before,
            set_on=event.occurred_on,
            position=accounts.recorded.position,
        )
        insort(project.frames, frames, key=lambda each: (each.set_on, each.position))
        project.framework = project.frames[-1]
        project.level = project.framework.level


@on(course.MandateAssigned)
def mandated(accounts: Accounts, event: course.MandateAssigned) -> None:
    project = accounts.own()
    if project is None:
        return
    span = MandateSpan(
        role=event.role,
        party=event.party,
        body=event.body,
        scope=event.scope,
        since=event.occurred_on,
        position=accounts.recorded.position,
    )
    insort(project.mandates, span, key=lambda each: (each.since, each.position))
    carry(accounts, event.party, "mandates")
    _end_at_others(accounts, project, span)
    _hold(project)


def _end_at_others(accounts: Accounts, project: ProjectAccount, new: MandateSpan) -> None:
    """End the mandate before a new one where that begins, and the new one where the next does.

    Days are taken as they happened: steps may be recorded late.
    """
    spans = [span for span in project.mandates if span.role is new.role]
    at = spans.index(new)
    if at > 0:
        _end(accounts, spans[at - 1], new.since)
    if at + 1 < len(spans):
        _end(accounts, new, spans[at + 1].since)
    party = accounts.subjects.get(new.party)
    if isinstance(party, PartyAccount):
        left = [span.until for span in party.spans if span.until and span.since <= new.since]
        if after := [day for day in left if day > new.since]:
            _end(accounts, new, min(after))


def _end(accounts: Accounts, span: MandateSpan, day: date) -> None:
    """Let a mandate end on a day, unless it ended before."""
    if span.until is not None and span.until <= day:
        return
    if span.until is None:
        drop(accounts, span.party, "mandates")
    span.until, span.ended_at = day, accounts.recorded.position


def _hold(project: ProjectAccount) -> None:
    """Say who directs and gives account now."""
    now = {span.role: span.party for span in project.mandates if span.until is None}
    project.directs = now.get(MandateRole.DIRECTS)
    project.gives_account = now.get(MandateRole.GIVES_ACCOUNT)


@on(course.PartyJoined)
def party_joined(accounts: Accounts, event: course.PartyJoined) -> None:
    span = Span(since=event.occurred_on, position=accounts.recorded.position)
    party = accounts[event.party]
    if isinstance(party, PartyAccount):
        party.closed_on = None
        party.spans.append(span)
        party.title, party.category, party.side = event.name, event.kind, event.position
        party.role, party.department, party.carries = event.role, event.department, event.carries
        party.tell(accounts.link())
        return
    accounts.add(
        PartyAccount,
        event.party,
        event.name,
        category=event.kind,
        side=event.position,
        role=event.role,
        department=event.department,
        carries=event.carries,
        spans=[span],
    )


@on(course.PartyLeft)
def party_left(accounts: Accounts, event: course.PartyLeft) -> None:
    party = accounts[event.party]
    if isinstance(party, PartyAccount):
        party.closed_on = event.occurred_on
        if party.spans and party.spans[-1].until is None:
            party.spans[-1].until = event.occurred_on
            party.spans[-1].ended_at = accounts.recorded.position
        party.tell(accounts.link(motivation=event.reason))
    project = accounts.own()
    if project is None:
        return
    # Who has left directs no longer, and gives no account: a gap, until another is assigned.
    for span in project.mandates:
        if span.party == event.party:
            _end(accounts, span, max(span.since, event.occurred_on))
    _hold(project)


@on(record.PersonErased)
def person_erased(accounts: Accounts, event: record.PersonErased) -> None:
    party = accounts[event.party]
    if isinstance(party, PartyAccount):
        party.erased_on = event.occurred_on
        party.tell(accounts.link())


@on(course.SessionHeld)
def session_held(accounts: Accounts, event: course.SessionHeld) -> None:
    accounts.add(
        SessionAccount,
        event.session,
        event.title,
        text=event.summary,
        category=event.work_form,
        invited=event.invited,
        attended=event.attended,
        reached=event.reached,
        missed=event.missed,
        parties=event.parties,
    )
    for party in event.parties:
        carry(accounts, party, "sessions")
    if (project := accounts.own()) is not None:
        project.first_session = accounts.first(project.first_session)


@on(course.MilestoneReached)
def milestone_reached(accounts: Accounts, event: course.MilestoneReached) -> None:
    accounts.add(MilestoneAccount, event.milestone, event.title, text=event.text)


@on(course.FinalReportDelivered)
def final_report_delivered(accounts: Accounts, event: course.FinalReportDelivered) -> None:
    accounts.add(
        ReportAccount,
        event.report,
        event.title,
        text=event.text,
        to=event.to,
        body=event.body,
        differs_from_plan=event.differs_from_plan,
        satisfaction=event.satisfaction,
        documents=len(event.documents),
    )
    if (project := accounts.own()) is not None:
        project.first_report = accounts.first(project.first_report)


def active(accounts: Accounts, party_id: str | None) -> PartyAccount | None:
    """Note that a party did something, and give its account."""
    party = accounts[party_id]
    if not isinstance(party, PartyAccount):
        return None
    on_day = accounts.event.occurred_on
    if party.last_active_on is None or party.last_active_on < on_day:
        party.last_active_on = on_day
    return party


def carry(accounts: Accounts, party_id: str | None, what: str) -> None:
    """Count something that a party carries, did or brought in."""
    if (party := active(accounts, party_id)) is not None:
        party.carried[what] = party.carried.get(what, 0) + 1


def drop(accounts: Accounts, party_id: str | None, what: str) -> None:
    """Count something off that a party no longer carries."""
    party = accounts[party_id]
    if isinstance(party, PartyAccount) and what in party.carried:
        party.carried[what] -= 1
        if not party.carried[what]:
            del party.carried[what]
