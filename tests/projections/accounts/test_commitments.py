from __future__ import annotations

from datetime import timedelta

from tests.domain.project.told import DAY, Told
from tests.projections.accounts.kept import body, subject

from cocreate.domain.steps import commitments, course
from cocreate.domain.vocabulary import CommitmentStatus

LATER = DAY + timedelta(days=7)


def test_a_promise_remembers_its_first_day(told: Told) -> None:
    told.say(commitments.MakeCommitment, commitment="T1", due_on=DAY)
    told.say(commitments.ChangeCommitment, commitment="T1", due_on=LATER)
    commitment = subject(told, "T1")
    assert (commitment.first_due_on, commitment.due_on) == (DAY, LATER)
    assert (commitment.changes, commitment.duties) == (1, ("fulfilment",))


def test_a_promise_that_is_broken_is_closed(told: Told) -> None:
    told.say(commitments.MakeCommitment, commitment="T1")
    assert subject(told, "T1").duties == ("date",)
    told.say(commitments.BreakCommitment, commitment="T1", on=LATER)
    commitment = subject(told, "T1")
    assert (commitment.status, commitment.closed_on) == (CommitmentStatus.BROKEN, LATER)
    assert commitment.duties == ()


def test_a_lesson_counts_for_who_learned_it(told: Told) -> None:
    told.say(course.JoinParty, party="Q1")
    told.say(commitments.RecordReflection, reflection="R1", by="Q1", on=LATER)
    party = subject(told, "Q1")
    assert (party.carried, party.last_active_on) == ({"reflections": 1}, LATER)
    assert body(subject(told, "R1"))["kind"] == "reflection"
