"""The complete catalogue: every step that can be said, and the event that records it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from cocreate.domain.steps import (
    approvals,
    commitments,
    course,
    decisions,
    obstacles,
    record,
    wishes,
)
from cocreate.domain.steps.base import Event, Step

CATALOGUE: tuple[type[Event], ...] = (
    course.ProjectStarted,
    course.ProjectPaused,
    course.ProjectResumed,
    course.ProjectCompleted,
    course.ProjectStopped,
    course.SuitabilityAssessed,
    course.FrameworkSet,
    course.MandateAssigned,
    course.PartyJoined,
    course.PartyLeft,
    course.SessionHeld,
    course.MilestoneReached,
    course.FinalReportDelivered,
    wishes.WishExpressed,
    wishes.WishSupported,
    wishes.WishWithdrawn,
    wishes.WishesMerged,
    wishes.WishSplit,
    wishes.WishRealised,
    wishes.RealisationJudged,
    wishes.ProposalSubmitted,
    wishes.ProposalRevised,
    wishes.ProposalWithdrawn,
    wishes.ProposalsMerged,
    wishes.ProposalSplit,
    decisions.AdviceGiven,
    decisions.DecisionRecorded,
    decisions.DecisionAnnounced,
    decisions.DeviationRecorded,
    decisions.DeviationMotivated,
    decisions.DeviationContested,
    decisions.DeviationSettled,
    decisions.FeedbackGiven,
    approvals.ApprovalRequested,
    approvals.ApprovalSuspended,
    approvals.ApprovalResumed,
    approvals.ApprovalExtended,
    approvals.ApprovalGranted,
    approvals.ApprovalRefused,
    approvals.ApprovalWithdrawn,
    approvals.ApprovalConcluded,
    approvals.NoticeOfDefaultGiven,
    approvals.TermRecalculated,
    obstacles.ObstacleRaised,
    obstacles.ObstacleEscalated,
    obstacles.ObstacleReassigned,
    obstacles.ObstacleResolved,
    obstacles.ObstacleAccepted,
    obstacles.InterventionTried,
    obstacles.InterventionJudged,
    commitments.CommitmentMade,
    commitments.CommitmentFulfilled,
    commitments.CommitmentChanged,
    commitments.CommitmentBroken,
    commitments.ReflectionRecorded,
    record.StepsPublished,
    record.StepCorrected,
    record.PersonErased,
)

EVENTS: Mapping[str, type[Event]] = {event.__name__: event for event in CATALOGUE}
"""Every event of a project, by the name of its type in the log."""

EVENT_OF: Mapping[type[Step], type[Event]] = {
    cast("type[Step]", event.__bases__[0]): event for event in CATALOGUE
}
"""The event that records a step."""

STEPS: Mapping[str, type[Step]] = {step.noun: step for step in EVENT_OF}
"""Every step, by the noun it is posted to."""

CLOSING_STEPS: frozenset[type[Step]] = frozenset(
    {
        course.DeliverFinalReport,
        decisions.GiveFeedback,
        commitments.RecordReflection,
        record.CorrectStep,
        record.ErasePerson,
        record.PublishSteps,
    }
)
"""What a closed project still takes."""
