"""The norm check (toetsing) of a project: each norm, its verdict, and the events that show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

import msgspec

from cocreate.domain.vocabulary import Norm, Verdict, Visibility
from cocreate.projections.accounts import Account, ProjectAccount
from cocreate.projections.accounts.account import NormPack, WishAccount
from cocreate.projections.completeness import Lack, record_of
from cocreate.projections.known import Audience
from cocreate.projections.norm_rules import RULES, Rule, checks_of
from cocreate.projections.norm_verdicts import judge, threshold_of, worst
from cocreate.projections.resource import NoFilter, ProjectFile


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
    """How complete the record of a project is."""

    steps: int
    steps_with_source: int
    """Steps that name a record of another system they were taken from."""
    silent_months: int
    """Months, from that of its start to its end or today, in which nothing happened that was
    recorded; the month of today does not count, which is not over."""
    longest_silence: int
    """The most of these on end."""
    wishes: int
    wishes_without_author: int
    """Wishes that came from others are not among these: they have it in those."""
    wishes_without_source: int
    decisions_without_motivation: int
    deviations_without_motivation: int
    undated_commitments: int
    """Promises that are still open, without a date."""


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
        _completeness(file),
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


def _completeness(file: ProjectFile) -> Completeness:
    record = record_of(file)
    return Completeness(
        file.project.steps,
        file.project.sourced_steps,
        len(record.silent),
        record.longest_silence,
        sum(isinstance(each, WishAccount) for each in file.subjects.values()),
        record.number(Lack.AUTHOR),
        record.number(Lack.SOURCE),
        record.number(Lack.DECISION_MOTIVATION),
        record.number(Lack.DEVIATION_MOTIVATION),
        record.number(Lack.DATE),
    )
