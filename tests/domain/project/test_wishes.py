import pytest
from tests.domain.project.told import INTERNAL, PUBLIC, Told, outcome, stored

from cocreate.domain import errors
from cocreate.domain.steps import course, wishes
from cocreate.domain.steps.base import Step
from cocreate.domain.steps.wishes import ProposalPart, WishPart
from cocreate.domain.vocabulary import Outcome, ResidentsWord

HALVES = (WishPart(wish="licht", title="Licht"), WishPart(title="Schone muren"))


def test_a_wish_starts_open(told: Told) -> None:
    assert told.say(wishes.ExpressWish) == "W2"
    assert told.status("W2") == "open"


def test_a_wish_does_not_take_an_id_in_use(told: Told) -> None:
    told.wishes("licht")
    with pytest.raises(errors.IdTaken):
        told.wishes("licht")


def test_only_a_wish_that_is_there_is_supported(told: Told) -> None:
    with pytest.raises(errors.UnknownReference):
        told.say(wishes.SupportWish, wish="licht")


def test_a_refused_wish_can_still_be_supported(told: Told) -> None:
    told.wishes("licht")
    told.decide(outcome("licht", Outcome.REJECTED))
    told.say(wishes.SupportWish, wish="licht", supporters=300)


@pytest.mark.parametrize("kind", [wishes.SupportWish, wishes.WithdrawWish, wishes.RealiseWish])
def test_a_withdrawn_wish_has_run_its_course(told: Told, kind: type[Step]) -> None:
    told.wishes("licht")
    told.say(wishes.WithdrawWish, wish="licht")
    with pytest.raises(errors.WrongStatus):
        told.say(kind, wish="licht")


def test_a_wish_on_which_was_decided_is_not_withdrawn(told: Told) -> None:
    told.wishes("licht")
    told.decide(outcome("licht", Outcome.ADOPTED))
    with pytest.raises(errors.WrongStatus):
        told.say(wishes.WithdrawWish, wish="licht")


def test_wishes_merge_into_a_new_one(told: Told) -> None:
    told.wishes("licht", "verf")
    told.say(wishes.MergeWishes, wishes=("licht", "verf"), into="tunnel")
    assert [told.status(wish) for wish in ("licht", "verf", "tunnel")] == [
        "merged",
        "merged",
        "open",
    ]


def test_a_wish_does_not_merge_with_itself(told: Told) -> None:
    told.wishes("licht")
    with pytest.raises(errors.RepeatedReference):
        told.say(wishes.MergeWishes, wishes=("licht", "licht"))


def test_a_merged_wish_does_not_merge_again(told: Told) -> None:
    told.wishes("licht", "verf", "camera")
    told.say(wishes.MergeWishes, wishes=("licht", "verf"))
    with pytest.raises(errors.WrongStatus):
        told.say(wishes.MergeWishes, wishes=("licht", "camera"))


def test_plans_that_answered_merged_wishes_answer_what_they_became(told: Told) -> None:
    told.wishes("licht", "verf")
    told.say(wishes.SubmitProposal, proposal="plan", answers=("licht", "verf"))
    told.say(wishes.MergeWishes, wishes=("licht", "verf"), into="tunnel")
    assert told.subject("plan").answers == ("tunnel",)
    told.decide(outcome("plan", Outcome.ADOPTED))
    assert told.status("tunnel") == "adopted"
    assert told.status("licht") == "merged"


def test_a_split_wish_goes_on_in_its_parts(told: Told) -> None:
    told.wishes("tunnel")
    told.say(wishes.SplitWish, wish="tunnel", into=HALVES)
    split = told.last(wishes.WishSplit)
    assert [part.wish for part in split.into] == ["licht", "W3-2"]
    assert [told.status(wish) for wish in ("tunnel", "licht", "W3-2")] == ["split", "open", "open"]


def test_the_parts_of_a_wish_have_ids_of_their_own(told: Told) -> None:
    told.wishes("tunnel")
    with pytest.raises(errors.RepeatedReference):
        told.say(wishes.SplitWish, wish="tunnel", into=(HALVES[0], HALVES[0]))


def test_a_part_does_not_take_an_id_in_use(told: Told) -> None:
    told.wishes("licht", "tunnel")
    with pytest.raises(errors.IdTaken):
        told.say(wishes.SplitWish, wish="tunnel", into=HALVES)


def test_residents_have_the_word_on_a_wish_called_realised(told: Told) -> None:
    told.wishes("licht")
    told.say(wishes.RealiseWish, wish="licht")
    told.say(wishes.JudgeRealisation, wish="licht", word=ResidentsWord.CONFIRMED)
    assert told.subject("licht").word is ResidentsWord.CONFIRMED
    with pytest.raises(errors.WrongStatus):
        told.say(wishes.RealiseWish, wish="licht")


def test_a_disputed_wish_can_be_called_realised_once_more(told: Told) -> None:
    told.wishes("licht")
    told.say(wishes.RealiseWish, wish="licht")
    told.say(wishes.JudgeRealisation, wish="licht", word=ResidentsWord.DISPUTED)
    told.say(wishes.RealiseWish, wish="licht")
    assert told.subject("licht").word is None


def test_residents_do_not_judge_what_nobody_called_realised(told: Told) -> None:
    told.wishes("licht")
    with pytest.raises(errors.WrongStatus):
        told.say(wishes.JudgeRealisation, wish="licht")


def test_a_proposal_answers_wishes(told: Told) -> None:
    told.wishes("licht")
    told.say(wishes.SubmitProposal, proposal="plan", answers=("licht",))
    assert told.subject("licht").proposals == ["plan"]


def test_a_proposal_answers_each_wish_once(told: Told) -> None:
    told.wishes("licht")
    with pytest.raises(errors.RepeatedReference):
        told.say(wishes.SubmitProposal, answers=("licht", "licht"))


def test_a_proposal_answers_wishes_only(told: Told) -> None:
    told.say(course.HoldSession, session="schouw")
    with pytest.raises(errors.UnknownReference):
        told.say(wishes.SubmitProposal, answers=("schouw",))


def test_a_proposal_does_not_answer_a_wish_that_was_withdrawn(told: Told) -> None:
    told.wishes("licht")
    told.say(wishes.WithdrawWish, wish="licht")
    with pytest.raises(errors.WrongStatus):
        told.say(wishes.SubmitProposal, answers=("licht",))


def test_a_revision_says_anew_which_wishes_are_answered(told: Told) -> None:
    told.wishes("licht", "verf", "camera")
    told.say(wishes.SubmitProposal, proposal="plan", answers=("licht", "verf"))
    told.say(wishes.ReviseProposal, proposal="plan", answers=("verf", "camera"))
    assert [told.subject(wish).proposals for wish in ("licht", "verf", "camera")] == [
        [],
        ["plan"],
        ["plan"],
    ]


def test_a_withdrawn_proposal_names_the_wishes_it_leaves_unanswered(told: Told) -> None:
    told.wishes("licht")
    told.say(wishes.SubmitProposal, proposal="plan", answers=("licht",))
    told.say(wishes.WithdrawProposal, proposal="plan")
    assert told.last(wishes.ProposalWithdrawn).wishes == ("licht",)
    assert told.status("licht") == "open"


def test_a_proposal_on_which_was_decided_does_not_change(told: Told) -> None:
    told.say(wishes.SubmitProposal, proposal="plan")
    told.decide(outcome("plan", Outcome.ADOPTED))
    with pytest.raises(errors.WrongStatus):
        told.say(wishes.ReviseProposal, proposal="plan")


def test_a_merged_proposal_answers_the_wishes_of_all(told: Told) -> None:
    told.wishes("licht", "verf")
    told.say(wishes.SubmitProposal, proposal="a", answers=("licht",))
    told.say(wishes.SubmitProposal, proposal="b", answers=("verf", "licht"))
    told.say(wishes.MergeProposals, proposals=("a", "b"), into="ab")
    assert told.last(wishes.ProposalsMerged).wishes == ("licht", "verf")
    assert told.subject("ab").answers == ("licht", "verf")
    assert (told.status("a"), told.status("b"), told.status("ab")) == ("merged", "merged", "open")


def test_a_part_that_names_no_wishes_answers_those_of_the_whole(told: Told) -> None:
    told.wishes("licht", "verf")
    told.say(wishes.SubmitProposal, proposal="plan", answers=("licht", "verf"))
    parts = (
        ProposalPart(proposal="a", title="Lampen", answers=("licht",)),
        ProposalPart(proposal="b", title="De rest"),
    )
    told.say(wishes.SplitProposal, proposal="plan", into=parts)
    assert told.subject("a").answers == ("licht",)
    assert told.subject("b").answers == ("licht", "verf")
    assert told.last(wishes.ProposalSplit).wishes == ("licht", "verf")


def test_the_parts_of_a_proposal_have_ids_of_their_own(told: Told) -> None:
    told.say(wishes.SubmitProposal, proposal="plan")
    same = ProposalPart(proposal="a", title="Lampen")
    with pytest.raises(errors.RepeatedReference):
        told.say(wishes.SplitProposal, proposal="plan", into=(same, same))


def test_a_merger_may_answer_more_wishes_than_a_step_can_name(told: Told) -> None:
    first = [told.say(wishes.ExpressWish) for _ in range(600)]
    second = [told.say(wishes.ExpressWish) for _ in range(600)]
    told.say(wishes.SubmitProposal, proposal="a", answers=tuple(first))
    told.say(wishes.SubmitProposal, proposal="b", answers=tuple(second))
    told.say(wishes.MergeProposals, proposals=("a", "b"))
    stored(told.last(wishes.ProposalsMerged))


def test_an_internal_wish_is_not_for_a_public_plan(told: Told) -> None:
    told.wishes("licht", visibility=INTERNAL)
    with pytest.raises(errors.PublicMentionsInternal):
        told.say(wishes.SubmitProposal, answers=("licht",), visibility=PUBLIC)


def test_a_plan_withdrawn_in_public_is_silent_on_internal_wishes(told: Told) -> None:
    told.wishes("licht")
    told.wishes("geheim", visibility=INTERNAL)
    told.say(wishes.SubmitProposal, proposal="plan", answers=("licht",))
    told.say(
        wishes.ReviseProposal, proposal="plan", answers=("licht", "geheim"), visibility=INTERNAL
    )
    told.say(wishes.WithdrawProposal, proposal="plan")
    assert told.last(wishes.ProposalWithdrawn).wishes == ("licht",)


@pytest.mark.parametrize("kind", [wishes.MergeProposals, wishes.SplitProposal])
def test_plans_do_not_bring_internal_wishes_into_the_open(told: Told, kind: type[Step]) -> None:
    told.wishes("geheim", visibility=INTERNAL)
    told.say(wishes.SubmitProposal, proposal="plan")
    told.say(wishes.SubmitProposal, proposal="ander")
    told.say(wishes.ReviseProposal, proposal="plan", answers=("geheim",), visibility=INTERNAL)
    parts = (ProposalPart(title="Lampen"), ProposalPart(title="De rest"))
    said = (
        {"proposals": ("plan", "ander")}
        if kind is wishes.MergeProposals
        else {"proposal": "plan", "into": parts}
    )
    with pytest.raises(errors.PublicMentionsInternal):
        told.say(kind, **said)
