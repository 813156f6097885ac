"""Every step of the catalogue, taken in one long story."""

from datetime import date, timedelta

import msgspec
from tests.domain.project.told import DAY, INTERNAL, Told, outcome, replayed, stored

from cocreate.domain.project import METHOD_OF, Project, ProjectSnapshot
from cocreate.domain.statutory_clock import Procedure
from cocreate.domain.steps import (
    CATALOGUE,
    CLOSING_STEPS,
    EVENT_OF,
    EVENTS,
    STEPS,
    approvals,
    commitments,
    course,
    decisions,
    obstacles,
    record,
    wishes,
)
from cocreate.domain.vocabulary import Outcome


def story() -> Told:
    told = Told()
    say = told.say
    say(course.PauseProject)
    say(course.ResumeProject)
    say(course.AssessSuitability)
    say(course.SetFramework)
    say(course.JoinParty, party="buurt")
    say(course.AssignMandate, party="buurt")
    say(course.HoldSession, parties=("buurt",))
    say(course.LeaveParty, party="buurt")
    say(course.ReachMilestone)

    told.wishes("licht", "verf", "camera", "tunnel", "hek", by="buurt")
    say(wishes.SupportWish, wish="licht")
    say(wishes.WithdrawWish, wish="camera")
    say(wishes.MergeWishes, wishes=("verf", "hek"), into="muur")
    parts = (wishes.WishPart(wish="droog", title="Droog"), wishes.WishPart(title="Schoon"))
    say(wishes.SplitWish, wish="tunnel", into=parts)
    say(wishes.RealiseWish, wish="droog")
    say(wishes.JudgeRealisation, wish="droog")

    say(wishes.SubmitProposal, proposal="lampen", answers=("licht",))
    say(wishes.SubmitProposal, proposal="spots", answers=("licht", "muur"))
    say(wishes.SubmitProposal, proposal="kaarsen")
    say(wishes.WithdrawProposal, proposal="kaarsen")
    say(wishes.ReviseProposal, proposal="spots", answers=("muur",))
    say(wishes.MergeProposals, proposals=("lampen", "spots"), into="alles")
    halves = (
        wishes.ProposalPart(proposal="nu", title="Nu", answers=("licht",)),
        wishes.ProposalPart(proposal="later", title="Later"),
    )
    say(wishes.SplitProposal, proposal="alles", into=halves)

    say(decisions.GiveAdvice, about=("nu", "later"), advice="advies")
    told.decide(
        outcome("nu", Outcome.ADOPTED),
        outcome("later", Outcome.REJECTED, deviation_id="afwijking"),
        decision="besluit",
        departs_from_advice="advies",
        open_to_objection=True,
    )
    say(decisions.AnnounceDecision, decision="besluit", sent_on=DAY)
    say(decisions.RecordDeviation, decision="besluit", subjects=("nu",))
    say(decisions.ContestDeviation, deviation="afwijking")
    say(decisions.SettleDeviation, deviation="afwijking")
    told.wishes("oud")
    told.decide(
        outcome("oud", Outcome.REJECTED, deviation=None, deviation_id="zwijgen"),
        source_states_no_motivation=True,
        importing=True,
    )
    say(decisions.MotivateDeviation, deviation="zwijgen")
    say(decisions.GiveFeedback, about=("besluit", "oud"), visibility=INTERNAL)

    for approval in ("a", "b", "c", "d"):
        say(approvals.RequestApproval, approval=approval, needed_for=("nu",))
    say(approvals.SuspendApproval, DAY + timedelta(days=7), approval="a")
    say(approvals.ResumeApproval, DAY + timedelta(days=14), approval="a")
    say(approvals.ExtendApproval, DAY + timedelta(days=21), approval="a")
    say(approvals.RecalculateTerm, approval="a")
    say(approvals.GiveNoticeOfDefault, date(2025, 4, 29), approval="b")
    say(approvals.GrantApproval, approval="a")
    say(approvals.RefuseApproval, date(2025, 5, 20), approval="b")
    say(approvals.WithdrawApproval, approval="c")
    say(approvals.ConcludeApproval, approval="d", importing=True)
    say(approvals.RequestApproval, procedure=Procedure.NONE, approval="e", visibility=INTERNAL)

    say(obstacles.RaiseObstacle, obstacle="stapel", blocks=("a",), owner="buurt")
    say(obstacles.EscalateObstacle, obstacle="stapel")
    say(obstacles.ReassignObstacle, obstacle="stapel", department="Juridisch")
    say(obstacles.TryIntervention, obstacles=("stapel",), intervention="overleg")
    say(obstacles.JudgeIntervention, intervention="overleg")
    say(obstacles.AcceptObstacle, obstacle="stapel")
    say(obstacles.ResolveObstacle, obstacle="stapel", interventions=("overleg",))

    for commitment in ("herfst", "winter"):
        say(commitments.MakeCommitment, commitment=commitment, about=("licht",))
    say(commitments.ChangeCommitment, commitment="herfst", due_on=date(2025, 11, 1))
    say(commitments.FulfilCommitment, commitment="herfst")
    say(commitments.BreakCommitment, commitment="winter")
    say(commitments.RecordReflection, by="buurt")

    said = told.last(decisions.FeedbackGiven)
    say(record.CorrectStep, step=said.originator_version, changes={"text": "Beste buurt,"})
    say(record.PublishSteps, steps=(said.originator_version, told.project.version))
    say(course.CompleteProject)
    say(course.DeliverFinalReport)
    say(record.ErasePerson, party="buurt")
    return told


def test_every_step_of_the_catalogue_can_be_taken() -> None:
    told = story()
    other_end = Told()
    other_end.say(course.StopProject)
    taken = {type(one).__name__ for one in (*told.events, *other_end.events)}
    assert taken == EVENTS.keys()


def test_replaying_gives_the_same_project() -> None:
    told = story()
    assert vars(replayed(told.events)) == vars(told.project)


def test_replaying_what_was_stored_gives_the_same_project() -> None:
    told = story()
    assert replayed(stored(one) for one in told.events) == told.project


def test_a_project_goes_on_from_a_snapshot() -> None:
    told = story()
    kept = msgspec.json.encode(ProjectSnapshot.take(told.project))
    assert msgspec.json.decode(kept, type=ProjectSnapshot).mutate(None) == told.project


def test_versions_count_the_steps() -> None:
    told = story()
    assert [one.originator_version for one in told.events] == [*range(1, told.project.version + 1)]
    assert told.project.steps == [type(one).__name__ for one in told.events]


def test_every_step_has_an_event_a_noun_and_a_method() -> None:
    assert len(EVENT_OF) == len(CATALOGUE) == len(STEPS) == len(EVENTS)
    assert METHOD_OF.keys() == EVENT_OF.keys()
    for kind, method in METHOD_OF.items():
        assert hasattr(Project, method) or kind is course.StartProject
    assert frozenset(STEPS.values()) >= CLOSING_STEPS
