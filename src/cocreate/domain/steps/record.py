"""Steps about earlier steps: making them public, and setting them right."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from cocreate.domain.steps.base import Event, EventMeta, Step, Text, Title

StepVersion = Annotated[int, Meta(ge=1)]
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
    """An earlier step was corrected. The step itself stays as it was recorded."""
