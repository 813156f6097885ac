"""Obstacles, interventions, commitments and reflections."""

from cocreate.domain import errors
from cocreate.domain.moment import Moment
from cocreate.domain.project.chapter import (
    Chapter,
    require_distinct,
    require_status,
    require_two_values,
    require_within_reach,
)
from cocreate.domain.project.subjects import (
    Commitment,
    Intervention,
    Obstacle,
    Reflection,
)
from cocreate.domain.steps import commitments, obstacles
from cocreate.domain.steps.base import Step
from cocreate.domain.vocabulary import CommitmentStatus, ObstacleStatus


class Obstacles(Chapter):
    """What stands in the way, what was tried, what was promised, what was learned."""

    def raise_obstacle(self, step: obstacles.RaiseObstacle, moment: Moment) -> str:
        """Put on record what stands in the way."""
        self.admit(step, moment)
        require_distinct(step.blocks)
        require_two_values(step.tension)
        obstacle = self.new_id(Obstacle, step.obstacle)
        self.record(obstacles.ObstacleRaised, step, moment, obstacle=obstacle)
        return obstacle

    def escalate_obstacle(self, step: obstacles.EscalateObstacle, moment: Moment) -> str:
        """Lay an open obstacle before someone who can decide more."""
        self._open_obstacle(step.obstacle, step, moment)
        self.record(obstacles.ObstacleEscalated, step, moment)
        return step.obstacle

    def reassign_obstacle(self, step: obstacles.ReassignObstacle, moment: Moment) -> str:
        """Give an open obstacle to another department or party."""
        self._open_obstacle(step.obstacle, step, moment)
        if step.department is None and step.owner is None:
            raise errors.NobodyNamed
        self.record(obstacles.ObstacleReassigned, step, moment)
        return step.obstacle

    def resolve_obstacle(self, step: obstacles.ResolveObstacle, moment: Moment) -> str:
        """Record that an obstacle is out of the way; one that was accepted may still go."""
        self.admit(step, moment)
        require_distinct(step.interventions)
        obstacle = self.the(Obstacle, step.obstacle)
        require_status(
            step.obstacle, obstacle, obstacle.status, ObstacleStatus.OPEN, ObstacleStatus.ACCEPTED
        )
        self.record(obstacles.ObstacleResolved, step, moment)
        return step.obstacle

    def accept_obstacle(self, step: obstacles.AcceptObstacle, moment: Moment) -> str:
        """Record that the project lives with an open obstacle."""
        self._open_obstacle(step.obstacle, step, moment)
        self.record(obstacles.ObstacleAccepted, step, moment)
        return step.obstacle

    def try_intervention(self, step: obstacles.TryIntervention, moment: Moment) -> str:
        """Try something against obstacles."""
        self.admit(step, moment)
        require_distinct(step.obstacles)
        intervention = self.new_id(Intervention, step.intervention)
        self.record(obstacles.InterventionTried, step, moment, intervention=intervention)
        return intervention

    def judge_intervention(self, step: obstacles.JudgeIntervention, moment: Moment) -> str:
        """Record what came of an intervention; a later judgement replaces an earlier one."""
        self.admit(step, moment)
        self.record(obstacles.InterventionJudged, step, moment)
        return step.intervention

    def make_commitment(self, step: commitments.MakeCommitment, moment: Moment) -> str:
        """Put a promise on record."""
        self.admit(step, moment)
        require_distinct(step.about)
        require_within_reach(moment, dueOn=step.due_on)
        commitment = self.new_id(Commitment, step.commitment)
        self.record(commitments.CommitmentMade, step, moment, commitment=commitment)
        return commitment

    def fulfil_commitment(self, step: commitments.FulfilCommitment, moment: Moment) -> str:
        """Record that a promise was kept, if late."""
        self._open_commitment(step.commitment, step, moment)
        self.record(commitments.CommitmentFulfilled, step, moment)
        return step.commitment

    def change_commitment(self, step: commitments.ChangeCommitment, moment: Moment) -> str:
        """Change an open promise, and say why."""
        self._open_commitment(step.commitment, step, moment)
        require_within_reach(moment, dueOn=step.due_on)
        self.record(commitments.CommitmentChanged, step, moment)
        return step.commitment

    def break_commitment(self, step: commitments.BreakCommitment, moment: Moment) -> str:
        """Record that a promise will not be kept, and why."""
        self._open_commitment(step.commitment, step, moment)
        self.record(commitments.CommitmentBroken, step, moment)
        return step.commitment

    def record_reflection(self, step: commitments.RecordReflection, moment: Moment) -> str:
        """Put a lesson on record."""
        self.admit(step, moment)
        require_distinct(step.competences)
        require_two_values(step.tension)
        reflection = self.new_id(Reflection, step.reflection)
        self.record(commitments.ReflectionRecorded, step, moment, reflection=reflection)
        return reflection

    def _open_obstacle(self, obstacle_id: str, step: Step, moment: Moment) -> None:
        self.admit(step, moment)
        obstacle = self.the(Obstacle, obstacle_id)
        require_status(obstacle_id, obstacle, obstacle.status, ObstacleStatus.OPEN)

    def _open_commitment(self, commitment_id: str, step: Step, moment: Moment) -> None:
        self.admit(step, moment)
        commitment = self.the(Commitment, commitment_id)
        require_status(commitment_id, commitment, commitment.status, CommitmentStatus.OPEN)
