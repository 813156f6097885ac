"""The course of a project, its frames and the parties in its force field."""

from cocreate.domain import errors
from cocreate.domain.moment import Moment
from cocreate.domain.project.chapter import Chapter, require_distinct
from cocreate.domain.project.subjects import Milestone, Party, Report, Session
from cocreate.domain.steps import course
from cocreate.domain.vocabulary import ProjectStatus


class Course(Chapter):
    """Pausing, going on, ending; frames and mandates; parties, sessions, milestones, reports."""

    def pause_project(self, step: course.PauseProject, moment: Moment) -> None:
        """Let the project stand still."""
        self.admit(step, moment)
        self._require(ProjectStatus.RUNNING)
        self.record(course.ProjectPaused, step, moment)

    def resume_project(self, step: course.ResumeProject, moment: Moment) -> None:
        """Let a paused project go on."""
        self.admit(step, moment)
        self._require(ProjectStatus.PAUSED)
        self.record(course.ProjectResumed, step, moment)

    def complete_project(self, step: course.CompleteProject, moment: Moment) -> None:
        """Close the project as done. What is still owed stays owed."""
        self.admit(step, moment)
        self._require(ProjectStatus.RUNNING)
        self.record(course.ProjectCompleted, step, moment)

    def stop_project(self, step: course.StopProject, moment: Moment) -> None:
        """Close the project before it is done."""
        self.admit(step, moment)
        self.record(course.ProjectStopped, step, moment)

    def assess_suitability(self, step: course.AssessSuitability, moment: Moment) -> None:
        """Judge whether co-creation fits."""
        self.admit(step, moment)
        self.record(course.SuitabilityAssessed, step, moment)

    def set_framework(self, step: course.SetFramework, moment: Moment) -> None:
        """Set the frames; a later framework replaces an earlier one, and both stay in sight."""
        self.admit(step, moment)
        self.record(course.FrameworkSet, step, moment)

    def assign_mandate(self, step: course.AssignMandate, moment: Moment) -> str:
        """Lay a mandate on a party that takes part."""
        self.admit(step, moment)
        self._require_present(step.party)
        self.record(course.MandateAssigned, step, moment)
        return step.party

    def join_party(self, step: course.JoinParty, moment: Moment) -> str:
        """Add a party to the force field; one that left may come back under its id."""
        self.admit(step, moment)
        former = self.subjects.get(step.party) if step.party else None
        if step.party and isinstance(former, Party) and not former.present:
            party = step.party
        else:
            party = self.new_id(Party, step.party)
        self.record(course.PartyJoined, step, moment, party=party)
        return party

    def leave_party(self, step: course.LeaveParty, moment: Moment) -> str:
        """Take a party out of the force field."""
        self.admit(step, moment)
        self._require_present(step.party)
        self.record(course.PartyLeft, step, moment)
        return step.party

    def hold_session(self, step: course.HoldSession, moment: Moment) -> str:
        """Record a meeting."""
        self.admit(step, moment)
        require_distinct(step.parties)
        session = self.new_id(Session, step.session)
        self.record(course.SessionHeld, step, moment, session=session)
        return session

    def reach_milestone(self, step: course.ReachMilestone, moment: Moment) -> str:
        """Record that something is there."""
        self.admit(step, moment)
        milestone = self.new_id(Milestone, step.milestone)
        self.record(course.MilestoneReached, step, moment, milestone=milestone)
        return milestone

    def deliver_final_report(self, step: course.DeliverFinalReport, moment: Moment) -> str:
        """Record that the final report went out; a closed project takes it still."""
        self.admit(step, moment)
        require_distinct(step.to)
        report = self.new_id(Report, step.report)
        self.record(course.FinalReportDelivered, step, moment, report=report)
        return report

    def _require(self, status: ProjectStatus) -> None:
        if self.status is not status:
            raise errors.ProjectIs(status=self.status)

    def _require_present(self, party_id: str) -> None:
        if not self.the(Party, party_id).present:
            raise errors.WrongStatus(kind="party", id=party_id, status="left")
