"""The norms: what a court of audit or the ombudsman would ask of each project, with the sources.

Each norm is a pure function of an account. It gives *checks*: something that was to be done from a
day on, by a day if there is one, and was done on a day or not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import msgspec

from cocreate.domain.vocabulary import (
    ApprovalStatus,
    CommitmentStatus,
    DeviationGround,
    MandateRole,
    Norm,
    Suitability,
    WishStatus,
)
from cocreate.projections.accounts import AnyAccount, ProjectAccount
from cocreate.projections.accounts.account import (
    ApprovalAccount,
    CommitmentAccount,
    DecisionAccount,
    DeviationAccount,
    Place,
    WishAccount,
    on_of,
)
from cocreate.projections.mandates import gaps


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
        positions=(approval.position, *_at(approval.ended)),
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
