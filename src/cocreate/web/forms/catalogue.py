"""Which steps one may take now: by chapter, and what is still missing for the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from cocreate.api.privacy import Erasure
from cocreate.api.roles import STEPS_OF
from cocreate.api.steps import TAGS
from cocreate.domain.steps import CLOSING_STEPS, STEPS, approvals, course, record
from cocreate.domain.vocabulary import ProjectStatus, Role
from cocreate.projections.resource import ProjectFile
from cocreate.web.forms.fields import Field, Kind, fields_of

IMPORTS_ONLY: Final = frozenset({approvals.ConcludeApproval.noun})
"""The steps that no one takes by hand: only the record of another system may be that poor."""


class Choice(NamedTuple):
    """A step that one may take, and why not now if that is known."""

    noun: str
    lacking: str | None
    """The name of the text that says what is in the way."""
    kind: str | None = None
    """The kind of subject that there is none of."""


def form_fields(noun: str) -> Sequence[Field]:
    """Give the fields of the form of a step. Raises :class:`LookupError` where there is none."""
    return fields_of(said_as(noun), noun)


def said_as(noun: str) -> type[msgspec.Struct]:
    """Give the struct that is said to have a step taken: itself, or what the API takes for it."""
    return Erasure if noun == record.ErasePerson.noun else STEPS[noun]


def chapters(roles: Iterable[Role], file: ProjectFile) -> Mapping[str, Sequence[Choice]]:
    """Give the steps that those with these roles may take in a project, by chapter of the API."""
    may = frozenset[str]().union(*(STEPS_OF.get(role, ()) for role in roles))
    found: dict[str, list[Choice]] = {}
    for noun, step in STEPS.items():
        if noun in may and noun != course.StartProject.noun:
            found.setdefault(TAGS[step.__module__], []).append(_choice(noun, file))
    return found


def _choice(noun: str, file: ProjectFile) -> Choice:
    status, step = file.project.status, STEPS[noun]
    closed = status in (ProjectStatus.COMPLETED, ProjectStatus.STOPPED)
    if noun in IMPORTS_ONLY:
        return Choice(noun, "lacking-import")
    if closed and step not in CLOSING_STEPS:
        return Choice(noun, "lacking-open-project")
    if (noun == course.PauseProject.noun and status is ProjectStatus.PAUSED) or (
        noun == course.ResumeProject.noun and status is ProjectStatus.RUNNING
    ):
        return Choice(noun, "lacking-other-status")
    there = {each.kind for each in file.subjects.values()}
    for field in form_fields(noun):
        needed = field.required and field.kind in (Kind.REFERENCE, Kind.REFERENCES)
        if needed and field.refers_to and field.refers_to.isdisjoint(there):
            return Choice(noun, "lacking-subject", min(field.refers_to))
    if noun == record.PublishSteps.noun and not file.project.internal_steps:
        return Choice(noun, "lacking-internal-step")
    return Choice(noun, None)


def steps_about(kind: str, roles: Iterable[Role], file: ProjectFile) -> list[str]:
    """Give the steps that one may take on a subject of a kind: those that have to name one."""
    return [
        choice.noun
        for chapter in chapters(roles, file).values()
        for choice in chapter
        if choice.lacking is None and any(kind in each.refers_to for each in _needed(choice.noun))
    ]


def _needed(noun: str) -> list[Field]:
    """Give the fields of a step that name what it is about."""
    fields = form_fields(noun)
    inside = [each for field in fields if field.spread for each in field.fields]
    return [each for each in (*fields, *inside) if each.required and each.refers_to]


def prefilled(
    fields: Sequence[Field], about: Sequence[str], file: ProjectFile
) -> dict[str, object]:
    """Give a body that names subjects where a step may: in its first field for such a subject."""
    body: dict[str, object] = {}
    for subject in about:
        account = file.subjects.get(subject)
        if account is None:
            continue
        for field in sorted(fields, key=lambda each: not each.required):
            if field.spread is not None:
                inside = next(each for each in field.fields if each.key == field.spread)
                if account.kind in inside.refers_to:
                    parts = body.setdefault(field.key, [{field.spread: []}])
                    parts[0][field.spread].append(subject)  # type: ignore[index]
                    break
            fits = not field.refers_to or account.kind in field.refers_to
            if field.kind is Kind.REFERENCES and fits:
                body.setdefault(field.key, []).append(subject)  # type: ignore[attr-defined]
                break
            if field.kind is Kind.REFERENCE and fits and field.key not in body:
                body[field.key] = subject
                break
    return body
