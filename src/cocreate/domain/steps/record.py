"""Steps about earlier steps: making them public, setting them right, erasing a person from them."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from cocreate.domain.steps.base import (
    Event,
    EventMeta,
    Part,
    PartyId,
    Sha256,
    Step,
    Text,
    Title,
)
from cocreate.domain.vocabulary import ErasureGround, Visibility

StepVersion = Annotated[int, Meta(ge=1, extra={"step": "version"})]
"""The version of the project that a step made: its place in the history of the project."""


class PublishSteps(Step, frozen=True, kw_only=True):
    """Internal steps are made public together, such as answers that were prepared beforehand."""

    noun: ClassVar = "publications"

    steps: Annotated[tuple[StepVersion, ...], Meta(min_length=1, max_length=10_000)]
    reason: Text | None = None


class StepsPublished(PublishSteps, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """Internal steps were made public."""


class CorrectStep(Step, frozen=True, kw_only=True):
    """An earlier step was wrong; ``changes`` holds the fields as they should have been.

    Names are those of the JSON of the step. What the step refers to and what it decided cannot
    be corrected, only followed by another step.
    """

    noun: ClassVar = "corrections"

    step: StepVersion
    changes: Annotated[dict[Title, object], Meta(min_length=1, max_length=40)]
    reason: Text


class StepCorrected(CorrectStep, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """An earlier step was corrected. The step itself stays as it was recorded.

    ``personal`` names the changes that hold personal data, and ``party`` whose it is.
    """

    changes: Annotated[
        dict[Title, object], Meta(min_length=1, max_length=40, extra={"personal": "party"})
    ]
    party: PartyId | None = None
    personal: tuple[Title, ...] = ()


class ErasedField(Part, frozen=True, kw_only=True):
    """A value that can be read no more: in which step, and in which field of its JSON."""

    step: StepVersion
    position: Annotated[int, Meta(ge=1)]
    field: Title


class ErasePerson(Step, frozen=True, kw_only=True):
    """The personal data of a party is erased (AVG, art. 17).

    It is taken once the key is destroyed under which the data was sealed, and says what that made
    unreadable: ``erased``, and in ``keys`` the SHA-256 of the id of each key.
    """

    noun: ClassVar = "erasures"
    by_default: ClassVar = Visibility.INTERNAL

    party: PartyId
    ground: ErasureGround
    erased: Annotated[tuple[ErasedField, ...], Meta(max_length=100_000)] = ()
    keys: Annotated[tuple[Sha256, ...], Meta(max_length=1_000)] = ()


class PersonErased(ErasePerson, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """A person was erased: the certificate of it, which names no one."""
