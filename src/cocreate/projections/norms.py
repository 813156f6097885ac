"""The norm check (toetsing): what a court of audit or the ombudsman would ask of each project.

Each norm is a pure function of an account. It gives *checks*: something that was to be done from a
day on, by a day if there is one, and was done on a day or not. A check is

- **met** when it was done, and in time;
- **not met** when it was done late, or not done while its day is past, or while the project that
  should have done it is closed;
- **not yet** while it may still be done in time.

A norm of a project is not met when one of its checks is not, not yet when one is not yet, met when
all are, and not applicable where there is nothing to check. Thresholds that a municipality adopted
(a pack of norms) hold for what arose while they were in force, beside what the law sets.

The public is told what public steps show; what is internal may show more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from cocreate.domain.vocabulary import (
    ApprovalStatus,
    CommitmentStatus,
    DeviationGround,
    MandateRole,
    Norm,
    ProjectStatus,
    Sector,
    Suitability,
    Verdict,
    Visibility,
    WishStatus,
)
from cocreate.projections.accounts import Account, AnyAccount, MunicipalityAccount, ProjectAccount
from cocreate.projections.accounts.account import (
    ApprovalAccount,
    CommitmentAccount,
    DecisionAccount,
    DeviationAccount,
    NormPack,
    Place,
    WishAccount,
    on_of,
)
from cocreate.projections.known import Audience
from cocreate.projections.mandates import gaps
from cocreate.projections.resource import (
    Dashboard,
    Document,
    NoFilter,
    ProjectFile,
    Register,
    Resource,
)
from cocreate.projections.tables import About, Table, VersionedTable

VERSION = 1
RESTS_ON = ("commitments", "decisions", "deviations", "wishes")


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """Something a norm asks: from when, by when, and when it was done."""

    subject: str = ""
    """What it is about; the project itself with ``""``."""
    since: date
    due_on: date | None = None
    """The last day by law or by its nature; None where there is none."""
    done_on: date | None = None
    failed: bool = False
    """Whether it cannot be met any more, whatever comes."""
    lapses: bool = True
    """Whether it is to be done before the project is closed."""
    positions: tuple[int, ...]
    """The events that show it."""


class Rule(msgspec.Struct, frozen=True):
    """A norm: where it comes from, and what it checks of which accounts."""

    norm: Norm
    source: str
    of: type[AnyAccount]
    checks: Callable[[Any], Iterable[Check]]


RULES: list[Rule] = []


def _norm(
    norm: Norm, source: str, of: type[Any]
) -> Callable[[Callable[[Any], Iterable[Check]]], Callable[[Any], Iterable[Check]]]:
    def register(
        checks: Callable[[Any], Iterable[Check]],
    ) -> Callable[[Any], Iterable[Check]]:
        RULES.append(Rule(norm, source, of, checks))
        return checks

    return register


def _at(*places: Place | None) -> tuple[int, ...]:
    return tuple(place.position for place in places if place is not None)


def _first(*places: Place | None) -> Place | None:
    found = [place for place in places if place is not None]
    return min(found, key=lambda place: (place.on, place.position), default=None)


def _co_creates(project: ProjectAccount) -> bool:
    """Tell whether there is co-creation at all: "we do not co-create here" is a decision too."""
    return project.suitability is not Suitability.NO_GO


@_norm(
    Norm.SUITABILITY_ASSESSED,
    "Gemeentewet art. 150; VNG-modelverordening participatie: een bestuursorgaan besluit of er "
    "participatie is, en waarom (niet)",
    ProjectAccount,
)
def _suitability(project: ProjectAccount) -> Iterator[Check]:
    start = _first(project.first_session, project.first_decision)
    done = project.assessments[0] if project.assessments else None
    yield Check(
        since=project.since,
        due_on=on_of(start),
        done_on=None if done is None else done.on,
        positions=(project.position, *(() if done is None else (done.position,)), *_at(start)),
    )


@_norm(
    Norm.FRAMES_BEFORE_SESSIONS,
    "Nationale ombudsman 2009/180: de kaders zijn vooraf duidelijk; VNG-modelverordening: vooraf "
    "een openbaar plan",
    ProjectAccount,
)
def _frames(project: ProjectAccount) -> Iterator[Check]:
    frames = project.frames[0] if project.frames else None
    if not _co_creates(project) or (
        project.closed is not None and project.first_session is None and frames is None
    ):
        return
    yield Check(
        since=project.since,
        due_on=on_of(project.first_session),
        done_on=None if frames is None else frames.set_on,
        positions=(
            *(() if frames is None else (frames.position,)),
            *_at(project.first_session),
        ),
    )


@_norm(
    Norm.LEVEL_SET,
    "VNG-modelverordening participatie: het participatieniveau staat vooraf vast",
    ProjectAccount,
)
def _level(project: ProjectAccount) -> Iterator[Check]:
    if not _co_creates(project):
        return
    frames = project.frames[0] if project.frames else None
    yield Check(
        since=project.since,
        due_on=on_of(project.first_decision),
        done_on=None if frames is None else frames.set_on,
        positions=(
            *(() if frames is None else (frames.position,)),
            *_at(project.first_decision),
        ),
    )


@_norm(
    Norm.MANDATE_CLEAR,
    "Nationale ombudsman 2009/180 en rekenkamers: de rollen van raad, college en ambtenaren zijn "
    "duidelijk",
    ProjectAccount,
)
def _mandate(project: ProjectAccount) -> Iterator[Check]:
    for role in MandateRole:
        missing = gaps(project, role)
        still = next((gap for gap in missing if gap.until is None), None)
        held = tuple(span.position for span in project.mandates if span.role is role)
        yield Check(
            subject=role,
            since=project.since,
            due_on=None if still is None else still.since,
            done_on=project.since if not missing else None,
            failed=any(gap.until is not None for gap in missing),
            positions=(project.position, *held),
        )


@_norm(
    Norm.RESIDENTS_BEFORE_DECISION,
    "Nationale ombudsman 2009/180: inwoners komen niet pas als alles al besloten is",
    ProjectAccount,
)
def _residents(project: ProjectAccount) -> Iterator[Check]:
    if not _co_creates(project):
        return
    came = _first(project.first_session, project.first_wish, project.first_proposal)
    decided = project.first_decision
    yield Check(
        since=project.since,
        due_on=None if decided is None else decided.on - timedelta(days=1),
        done_on=on_of(came),
        positions=_at(came, decided),
    )


@_norm(
    Norm.CONTRIBUTIONS_ANSWERED,
    "VNG-modelverordening, eindverslag: per inbreng wat ermee is gedaan; Nationale ombudsman "
    "2009/180",
    WishAccount,
)
def _answered(wish: WishAccount) -> Iterator[Check]:
    goes_on = wish.status in (WishStatus.MERGED, WishStatus.SPLIT)
    if goes_on or (wish.status is WishStatus.WITHDRAWN and wish.answered is None):
        return
    yield Check(
        subject=wish.id,
        since=wish.since,
        done_on=on_of(wish.answered),
        positions=(wish.position, *_at(wish.answered)),
    )


@_norm(
    Norm.DEVIATIONS_GROUNDED,
    "Awb 3:46 en 3:50: waar van een wens of advies wordt afgeweken, staat de grond vermeld",
    DeviationAccount,
)
def _grounded(deviation: DeviationAccount) -> Iterator[Check]:
    grounded = deviation.ground is not DeviationGround.NOT_STATED
    yield Check(
        subject=deviation.id,
        since=deviation.since,
        due_on=deviation.since,
        # A ground that the record lacked comes with the motivation that was given after all.
        done_on=(on_of(deviation.motivated) or deviation.since) if grounded else None,
        positions=(deviation.position, *_at(deviation.motivated)),
    )


@_norm(
    Norm.DEVIATIONS_MOTIVATED,
    "Awb 3:46 en 3:47: een deugdelijke motivering, vermeld bij de bekendmaking",
    DeviationAccount,
)
def _motivated(deviation: DeviationAccount) -> Iterator[Check]:
    yield Check(
        subject=deviation.id,
        since=deviation.since,
        due_on=deviation.since,
        done_on=on_of(deviation.motivated),
        positions=(deviation.position, *_at(deviation.motivated)),
    )


@_norm(
    Norm.DEVIATIONS_FED_BACK,
    "VNG-modelverordening, eindverslag; Nationale ombudsman 2009/180: inwoners horen wat er met "
    "hun inbreng is gedaan",
    DeviationAccount,
)
def _fed_back(deviation: DeviationAccount) -> Iterator[Check]:
    yield Check(
        subject=deviation.id,
        since=deviation.since,
        done_on=on_of(deviation.fed_back),
        positions=(deviation.position, *_at(deviation.fed_back)),
    )


@_norm(
    Norm.DECISIONS_ANNOUNCED,
    "Awb 3:40 tot 3:43: een besluit werkt niet voordat het is bekendgemaakt",
    DecisionAccount,
)
def _announced(decision: DecisionAccount) -> Iterator[Check]:
    if not decision.open_to_objection:
        return
    yield Check(
        subject=decision.id,
        since=decision.since,
        done_on=decision.sent_on or decision.published_on or on_of(decision.announced),
        positions=(decision.position, *_at(decision.announced)),
    )


@_norm(
    Norm.STATUTORY_TERMS_KEPT,
    "Awb 4:13 tot 4:15; Omgevingswet 16.64 en 16.66: binnen de wettelijke termijn beslist",
    ApprovalAccount,
)
def _in_term(approval: ApprovalAccount) -> Iterator[Check]:
    if approval.term is None or approval.status is ApprovalStatus.WITHDRAWN:
        return
    yield Check(
        subject=approval.id,
        since=approval.since,
        due_on=approval.due_on,
        done_on=approval.closed_on,
        positions=(approval.position, *_at(approval.decided)),
    )


@_norm(
    Norm.COMMITMENTS_KEPT,
    "Rekenkamers: toezeggingen en moties worden gevolgd, met hoe en wanneer",
    CommitmentAccount,
)
def _kept(commitment: CommitmentAccount) -> Iterator[Check]:
    if commitment.due_on is None:
        return  # A promise without a date is counted among what the record lacks.
    broken = commitment.status is CommitmentStatus.BROKEN
    yield Check(
        subject=commitment.id,
        since=commitment.since,
        due_on=commitment.due_on,
        done_on=None if broken else commitment.closed_on,
        failed=broken,
        lapses=False,
        positions=(commitment.position, *_at(commitment.ended)),
    )


@_norm(
    Norm.FINAL_REPORT_DELIVERED,
    "Gemeentewet art. 150; VNG-modelverordening: een eindverslag aan wie beslist en wie meedeed",
    ProjectAccount,
)
def _reported(project: ProjectAccount) -> Iterator[Check]:
    if not _co_creates(project):
        return
    closed = project.closed
    yield Check(
        since=project.since if closed is None else closed.on,
        done_on=on_of(project.first_report),
        lapses=False,
        positions=_at(closed, project.first_report),
    )


@_norm(
    Norm.REFLECTION_HELD,
    "Wet versterking participatie op decentraal niveau: ook de evaluatie hoort erbij",
    ProjectAccount,
)
def _reflected(project: ProjectAccount) -> Iterator[Check]:
    closed = project.closed
    yield Check(
        since=project.since if closed is None else closed.on,
        done_on=on_of(project.first_reflection),
        lapses=False,
        positions=_at(closed, project.first_reflection),
    )


_RULES_OF: Mapping[type, Sequence[Rule]] = {
    kind: [rule for rule in RULES if rule.of is kind] for kind in {rule.of for rule in RULES}
}


def checks_of(account: AnyAccount) -> Iterator[tuple[Rule, Check]]:
    """Give the checks of every norm on an account."""
    for rule in _RULES_OF.get(type(account), ()):
        for check in rule.checks(account):
            yield rule, check


def judge(
    check: Check, *, threshold: int | None, closed_on: date | None, today: date
) -> tuple[Verdict, date | None]:
    """Give the verdict on a check as of a day, and the last day on which it could be met.

    ``threshold`` are the days that the municipality gave itself from when the check arose.
    """
    own = None if threshold is None else check.since + timedelta(days=threshold)
    days = [day for day in (check.due_on, own) if day is not None]
    due_on = min(days, default=None)
    if check.failed:
        return Verdict.NOT_MET, due_on
    if check.done_on is not None:
        in_time = due_on is None or check.done_on <= due_on
        return (Verdict.MET if in_time else Verdict.NOT_MET), due_on
    lapsed = check.lapses and closed_on is not None and closed_on <= today
    if lapsed or (due_on is not None and due_on < today):
        return Verdict.NOT_MET, due_on
    return Verdict.NOT_YET, due_on


def threshold_of(packs: Sequence[NormPack], norm: Norm, since: date) -> int | None:
    """Give the days that hold for what arose on a day: by the pack that was in force then."""
    in_force = [pack for pack in packs if pack.valid_from <= since]
    if not in_force:
        return None
    pack = max(in_force, key=lambda each: (each.valid_from, each.position))
    return next((each.days for each in pack.thresholds if each.norm is norm), None)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Give what the checks of a norm come to together."""
    found = set(verdicts)
    for verdict in (Verdict.NOT_MET, Verdict.NOT_YET, Verdict.MET):
        if verdict in found:
            return verdict
    return Verdict.NOT_APPLICABLE


# -- what is stored -------------------------------------------------------------------------------


class CheckRow(msgspec.Struct, frozen=True):
    """A check as it is stored."""

    norm: str
    subject: str
    since: date
    due_on: date | None
    done_on: date | None
    failed: bool
    lapses: bool
    positions: tuple[int, ...]


class ProjectRow(msgspec.Struct, frozen=True):
    """A project, as the norm check of a municipality tells it."""

    title: str
    sector: str
    department: str
    status: str
    since: date
    closed_on: date | None
    silent_months: int
    longest_silence: int


class PackRow(msgspec.Struct, frozen=True):
    """A pack of norms that a municipality adopted."""

    version: str
    valid_from: date
    thresholds: str
    position: int


def _check_rows(account: AnyAccount, about: About) -> list[tuple[str, CheckRow]]:
    del about
    return [
        (
            f"{rule.norm}/{check.subject}",
            CheckRow(
                rule.norm,
                check.subject,
                check.since,
                check.due_on,
                check.done_on,
                check.failed,
                check.lapses,
                check.positions,
            ),
        )
        for rule, check in checks_of(account)
    ]


def _project_rows(project: ProjectAccount, about: About) -> list[tuple[str, ProjectRow]]:
    silent, longest = silence(project.months)
    row = ProjectRow(
        about.title,
        about.sector,
        about.department,
        project.status,
        project.since,
        project.closed_on,
        silent,
        longest,
    )
    return [("", row)]


def _pack_rows(municipality: MunicipalityAccount, about: About) -> list[tuple[str, PackRow]]:
    del about
    return [
        (
            pack.version,
            PackRow(
                pack.version,
                pack.valid_from,
                msgspec.json.encode({each.norm: each.days for each in pack.thresholds}).decode(),
                pack.position,
            ),
        )
        for pack in municipality.norm_packs
    ]


def silence(months: Mapping[str, int]) -> tuple[int, int]:
    """Give how many months between the first and the last step had none, and the longest run."""
    numbers = sorted(int(month[:4]) * 12 + int(month[5:]) for month in months)
    runs = [later - earlier - 1 for earlier, later in pairwise(numbers)]
    return sum(runs), max(runs, default=0)


_OF = tuple(dict.fromkeys(rule.of for rule in RULES))

TABLES: Sequence[Table] = (
    VersionedTable("norm_check", _OF, _check_rows),
    VersionedTable("project", ProjectAccount, _project_rows),
    VersionedTable("pack", MunicipalityAccount, _pack_rows),
)


# -- what is answered -----------------------------------------------------------------------------


class CheckedSubject(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One check of a norm, and what it rests on."""

    subject: str
    """What it is about; the project itself with ``""``, or the role of a mandate."""
    title: str | None
    verdict: Verdict
    since: date
    due_on: date | None = None
    done_on: date | None = None
    positions: Sequence[int] = ()


class CheckedNorm(msgspec.Struct, frozen=True, rename="camel"):
    """What a norm comes to in a project."""

    norm: Norm
    source: str
    """Where the norm comes from."""
    threshold_days: int | None
    """The days that the municipality gave itself, by the pack in force today."""
    verdict: Verdict
    met: int
    not_met: int
    not_yet: int
    checks: Sequence[CheckedSubject]
    """What was checked: what is not met first, five hundred at most."""
    positions: Sequence[int]
    """The events that show it, of the checks that made the verdict; a thousand at most."""


class Completeness(msgspec.Struct, frozen=True, rename="camel"):
    """How complete the record is: what it lacks is said rather than implied."""

    steps: int
    steps_with_source: int
    """Steps that name a record of another system they were taken from."""
    silent_months: int
    """Months between the first and the last step in which nothing was recorded."""
    longest_silence: int
    """The longest run of such months."""
    wishes: int
    wishes_without_author: int
    wishes_without_source: int
    decisions_without_motivation: int
    deviations_without_motivation: int
    undated_commitments: int


class NormCheck(msgspec.Struct, frozen=True, rename="camel"):
    """The norm check of a project, as known at a position of the log."""

    project: UUID
    title: str
    position: int
    as_of: date
    shown_by: Visibility
    """Whether it rests on public steps alone, or on internal ones as well."""
    pack: str | None
    """The version of the municipality's own norms in force today."""
    met: int
    not_met: int
    not_yet: int
    not_applicable: int
    norms: Sequence[CheckedNorm]
    completeness: Completeness


def check_project(file: ProjectFile, narrow: NoFilter, place: Mapping[str, str]) -> NormCheck:
    """Give the norm check of a project."""
    del narrow, place
    packs = [] if file.rules is None else file.rules.norm_packs
    found: dict[Norm, list[CheckedSubject]] = {rule.norm: [] for rule in RULES}
    accounts: tuple[Account | ProjectAccount, ...] = (file.project, *file.subjects.values())
    for account in accounts:
        for rule, check in checks_of(account):
            verdict, due_on = judge(
                check,
                threshold=threshold_of(packs, rule.norm, check.since),
                closed_on=file.project.closed_on,
                today=file.today,
            )
            title = account.title if check.subject in file.subjects else None
            found[rule.norm].append(
                CheckedSubject(
                    check.subject,
                    title,
                    verdict,
                    check.since,
                    due_on,
                    check.done_on,
                    check.positions,
                )
            )
    norms = [_told(rule, found[rule.norm], packs, file.today) for rule in RULES]
    verdicts = [norm.verdict for norm in norms]
    in_force = [pack for pack in packs if pack.valid_from <= file.today]
    latest = max(in_force, key=lambda each: (each.valid_from, each.position), default=None)
    return NormCheck(
        file.id,
        file.project.title,
        file.position,
        file.today,
        Visibility.PUBLIC if file.audience is Audience.PUBLIC else Visibility.INTERNAL,
        None if latest is None else latest.version,
        verdicts.count(Verdict.MET),
        verdicts.count(Verdict.NOT_MET),
        verdicts.count(Verdict.NOT_YET),
        verdicts.count(Verdict.NOT_APPLICABLE),
        norms,
        completeness(file),
    )


_ORDER = (Verdict.NOT_MET, Verdict.NOT_YET, Verdict.MET)


def _told(
    rule: Rule, checks: list[CheckedSubject], packs: Sequence[NormPack], today: date
) -> CheckedNorm:
    checks.sort(key=lambda each: (_ORDER.index(each.verdict), each.since, each.subject))
    verdict = worst(each.verdict for each in checks)
    telling = dict.fromkeys(
        position for each in checks if each.verdict is verdict for position in each.positions
    )
    return CheckedNorm(
        rule.norm,
        rule.source,
        threshold_of(packs, rule.norm, today),
        verdict,
        sum(each.verdict is Verdict.MET for each in checks),
        sum(each.verdict is Verdict.NOT_MET for each in checks),
        sum(each.verdict is Verdict.NOT_YET for each in checks),
        checks[:500],
        sorted(telling)[:1_000],
    )


def completeness(file: ProjectFile) -> Completeness:
    """Give how complete the record of a project is."""
    wishes = [each for each in file.subjects.values() if isinstance(each, WishAccount)]
    silent, longest = silence(file.project.months)
    subjects = file.subjects.values()
    return Completeness(
        file.project.steps,
        file.project.sourced_steps,
        silent,
        longest,
        len(wishes),
        sum(each.by is None and not each.comes_from for each in wishes),
        sum(each.source is None for each in wishes),
        sum(isinstance(each, DecisionAccount) and not each.motivated for each in subjects),
        sum(isinstance(each, DeviationAccount) and each.motivation is None for each in subjects),
        sum(isinstance(each, CommitmentAccount) and each.due_on is None for each in subjects),
    )


class NormCheckEntry(msgspec.Struct, frozen=True, rename="camel"):
    """One check in the register."""

    project: UUID
    project_title: str
    norm: Norm
    subject: str
    """What it is about; the project itself with ``""``, or the role of a mandate."""
    verdict: Verdict
    since: date
    due_on: date | None
    done_on: date | None
    days_late: int | None
    sector: Sector
    status: ProjectStatus
    positions: Sequence[int]
    """The events that show it."""


class NormFilter(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Which checks are taken in."""

    project: Annotated[UUID, Meta(description="Only those of this project.")] | None = None
    norm: Annotated[Norm, Meta(description="Only this norm.")] | None = None
    verdict: Annotated[Verdict, Meta(description="Only checks with this verdict.")] | None = None
    sector: Annotated[Sector, Meta(description="Only projects of this sector.")] | None = None
    year: (
        Annotated[
            int, Meta(ge=1900, le=2200, description="Only what was to be done from this year on.")
        ]
        | None
    ) = None


class NormTotal(msgspec.Struct, frozen=True, rename="camel"):
    """What a norm comes to in a municipality: in how many projects, and in how many checks."""

    norm: Norm
    projects_met: int
    projects_not_met: int
    projects_not_yet: int
    projects_not_applicable: int
    checks_met: int
    checks_not_met: int
    checks_not_yet: int


class NormYear(msgspec.Struct, frozen=True, rename="camel"):
    """What the checks of a norm come to that arose in a year."""

    year: int
    norm: Norm
    met: int
    not_met: int
    not_yet: int


class RecordTotals(msgspec.Struct, frozen=True, rename="camel"):
    """How complete the record of a municipality is."""

    projects: int
    projects_silent_for_months: int
    """Projects with three months or more on end in which nothing was recorded."""
    wishes_without_source: int
    decisions_without_motivation: int
    deviations_without_motivation: int
    undated_commitments: int


class NormTotals(msgspec.Struct, frozen=True, rename="camel"):
    """The norm check of a municipality, in numbers."""

    projects: int
    norms: list[NormTotal]
    by_year: list[NormYear]
    completeness: RecordTotals


RESOURCES: Sequence[Resource] = (
    Document(
        path="norm-check",
        operation="readNormCheck",
        summary="Read what a court of audit or the ombudsman would ask of a project",
        description="Each norm with its source, its verdict, and the events that show it.",
        answers=NormCheck,
        give=check_project,
    ),
    Register(
        path="norm-checks",
        operation="listNormChecks",
        summary="Read every check of every norm in a municipality",
        description="What is not met first.",
        row=NormCheckEntry,
        narrow=NormFilter,
        function="list_checks",
        changes=("norm_check",),
        told_as={"due_on": None},
    ),
    Dashboard(
        path="norm-totals",
        operation="readNormTotals",
        summary="Read what the norms come to in a municipality, per norm and year",
        answers=NormTotals,
        narrow=NormFilter,
        function="read_totals",
    ),
)
