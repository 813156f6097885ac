"""The norm checks of a municipality: every check with its verdict, and what they come to in all.

The norms are in :mod:`norm_rules`, the rule of the verdict in :mod:`norm_verdicts`, the norm check
of one project in :mod:`norm_check`. The public is told what public steps show; what is internal may
show more.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from cocreate.domain.vocabulary import Norm, ProjectStatus, Sector, Verdict
from cocreate.projections.accounts import Account, AnyAccount, MunicipalityAccount, ProjectAccount
from cocreate.projections.accounts.account import (
    CommitmentAccount,
    DecisionAccount,
    DeviationAccount,
    WishAccount,
)
from cocreate.projections.completeness import Lack, lacks, long_silence_from
from cocreate.projections.norm_check import NormCheck, check_project
from cocreate.projections.norm_rules import RULES, checks_of
from cocreate.projections.resource import Dashboard, Document, Register, Resource
from cocreate.projections.tables import About, Table, VersionedTable

VERSION = 2


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
    """A project, as the norm checks of a municipality tell it."""

    title: str
    sector: str
    status: str
    closed_on: date | None
    silent_from: date | None
    """The first day on which nothing had happened for months, if it comes to that."""


class LackRow(msgspec.Struct, frozen=True):
    """Something that the record of a subject lacks."""

    lack: str
    since: date


class PackRow(msgspec.Struct, frozen=True):
    """A pack of norms that a municipality adopted."""

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
    row = ProjectRow(
        about.title,
        about.sector,
        project.status,
        project.closed_on,
        long_silence_from(project),
    )
    return [("", row)]


def _lack_rows(account: Account, about: About) -> list[tuple[str, LackRow]]:
    del about
    return [
        (f"{lack}/{account.id}", LackRow(lack, account.since))
        for lack in lacks(account)
        if lack is not Lack.AUTHOR  # told of one project, not in the totals
    ]


def _pack_rows(municipality: MunicipalityAccount, about: About) -> list[tuple[str, PackRow]]:
    del about
    return [
        (
            pack.version,
            PackRow(
                pack.valid_from,
                msgspec.json.encode({each.norm: each.days for each in pack.thresholds}).decode(),
                pack.position,
            ),
        )
        for pack in municipality.norm_packs
    ]


TABLES: Sequence[Table] = (
    VersionedTable("norm_check", tuple(dict.fromkeys(rule.of for rule in RULES)), _check_rows),
    VersionedTable("project", ProjectAccount, _project_rows),
    VersionedTable(
        "lack", (WishAccount, DecisionAccount, DeviationAccount, CommitmentAccount), _lack_rows
    ),
    VersionedTable("pack", MunicipalityAccount, _pack_rows),
)

_YEAR = (
    "Only what arose in this year: the wish, decision, deviation, request or promise that is "
    "checked. What is asked of a project as a whole arises with its start; a final report and a "
    "reflection, once it is closed, with that."
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
    """Which checks are given."""

    project: Annotated[UUID, Meta(description="Only those of this project.")] | None = None
    norm: Annotated[Norm, Meta(description="Only this norm.")] | None = None
    verdict: Annotated[Verdict, Meta(description="Only checks with this verdict.")] | None = None
    sector: Annotated[Sector, Meta(description="Only projects of this sector.")] | None = None
    year: Annotated[int, Meta(ge=1900, le=2200, description=_YEAR)] | None = None


class TotalsFilter(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What the totals take in. A verdict is what they tell, so they are not narrowed to one."""

    project: Annotated[UUID, Meta(description="Only this project.")] | None = None
    norm: Annotated[Norm, Meta(description="Only this norm.")] | None = None
    sector: Annotated[Sector, Meta(description="Only projects of this sector.")] | None = None
    year: (
        Annotated[
            int,
            Meta(
                ge=1900,
                le=2200,
                description=f"{_YEAR} Only projects in which something arose in it are counted.",
            ),
        ]
        | None
    ) = None


class NormTotal(msgspec.Struct, frozen=True, rename="camel"):
    """What a norm comes to in a municipality: in how many projects, and in how many checks."""

    norm: Norm
    projects_met: int
    """Projects of which every check of the norm is met."""
    projects_not_met: int
    """Projects of which at least one is not."""
    projects_not_yet: int
    projects_not_applicable: int
    """Projects in which there was nothing to check."""
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
    """How many projects are taken in."""
    norms: list[NormTotal]
    """Every norm, whether or not there was anything to check."""
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
        narrow=TotalsFilter,
        function="read_totals",
    ),
)
