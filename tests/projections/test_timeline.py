from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
import pytest
from tests.projections.world import DAY, TODAY, Histories, World, day, random_history

from cocreate.domain.statutory_clock import Procedure
from cocreate.domain.steps.approvals import GrantApproval, RequestApproval
from cocreate.domain.steps.base import Step
from cocreate.domain.steps.commitments import (
    ChangeCommitment,
    FulfilCommitment,
    MakeCommitment,
)
from cocreate.domain.steps.decisions import (
    AnnounceDecision,
    GiveFeedback,
    Grounds,
    MotivateDeviation,
    RecordDecision,
    SubjectOutcome,
)
from cocreate.domain.steps.record import CorrectStep
from cocreate.domain.steps.wishes import (
    ExpressWish,
    JudgeRealisation,
    MergeProposals,
    MergeWishes,
    ProposalPart,
    RealiseWish,
    SplitProposal,
    SplitWish,
    SubmitProposal,
    SupportWish,
    WishPart,
)
from cocreate.domain.vocabulary import (
    ApprovalKind,
    Body,
    DeviationGround,
    FeedbackChannel,
    Outcome,
    ResidentsWord,
)
from cocreate.projections import timeline
from cocreate.projections.known import Audience
from cocreate.projections.timeline import Place

LETTER = FeedbackChannel.LETTER


def wish(wish_id: str, on: date = DAY) -> ExpressWish:
    return ExpressWish(occurred_on=on, wish=wish_id, title=f"Wens {wish_id}")


def decided(
    subject: str, outcome: Outcome, on: date = DAY, *, stated: bool = True, **facts: Any
) -> RecordDecision:
    """Say what the council decided; not ``stated`` is a source that has no motivation."""
    deviates = outcome in (Outcome.REJECTED, Outcome.ADOPTED_WITH_CHANGES)
    grounds = Grounds(ground=DeviationGround.BUDGET, motivation="Te duur")
    return RecordDecision(
        occurred_on=on,
        decision="b1",
        body=Body.COUNCIL,
        title="Besluit",
        motivation="Afgewogen" if stated else None,
        source_states_no_motivation=not stated,
        outcomes=(
            SubjectOutcome(
                subject=subject,
                outcome=outcome,
                deviation=grounds if deviates and stated else None,
                deviation_id="a1" if deviates else None,
            ),
        ),
        **facts,
    )


def told(*about: str) -> GiveFeedback:
    return GiveFeedback(
        occurred_on=day(30), feedback="t1", about=about, channel=LETTER, text="Zo zit het"
    )


def owed(answer: dict[str, Any]) -> dict[str, list[str]]:
    assert answer["owed"]["total"] == len(answer["owed"]["items"])
    return {one["subject"]: one["duties"] for one in answer["owed"]["items"]}


async def test_a_wish_tells_the_whole_chain_of_what_became_of_it(world: World) -> None:
    code, project = await world.project()
    told_steps: Sequence[Step] = (
        wish("w1"),
        SupportWish(occurred_on=day(1), wish="w1", supporters=41),
        SubmitProposal(occurred_on=day(5), proposal="p1", title="Ledlampen", answers=("w1",)),
        decided("p1", Outcome.ADOPTED_WITH_CHANGES, day(20)),
        told("w1"),
        RealiseWish(occurred_on=day(60), wish="w1", text="Er is licht"),
        JudgeRealisation(
            occurred_on=day(61), wish="w1", word=ResidentsWord.DISPUTED, text="Half donker"
        ),
    )
    for step in told_steps:
        await world.take(code, project, step)
    answer = await world.timeline(code, project)
    account = answer["wishes"][0]
    assert [(link["type"], link.get("id")) for link in account["chain"]] == [
        ("ProposalSubmitted", "p1"),
        ("DecisionRecorded", "b1"),
        ("DeviationRecorded", "a1"),
        ("FeedbackGiven", "t1"),
        ("WishRealised", None),
        ("RealisationJudged", None),
    ]
    decision = account["chain"][1]
    assert (decision["via"], decision["outcome"], decision["body"]) == (
        "p1",
        "adopted-with-changes",
        "council",
    )
    assert account["chain"][2]["motivation"] == "Te duur"
    assert (account["status"], account["outcome"]) == ("realised", "adopted-with-changes")
    assert (account["supporters"], account["word"]) == (41, "disputed")
    assert owed(answer) == {"w1": ["realisation"]}
    assert [one["type"] for one in answer["entries"]][:2] == ["ProjectStarted", "WishExpressed"]
    await world.take(code, project, RealiseWish(occurred_on=day(80), wish="w1", text="Nu overal"))
    await world.take(
        code,
        project,
        JudgeRealisation(occurred_on=day(81), wish="w1", word=ResidentsWord.CONFIRMED),
    )
    answer = await world.timeline(code, project)
    assert (answer["wishes"][0]["word"], owed(answer)) == ("confirmed", {})


@pytest.mark.parametrize(
    ("outcome", "duties"),
    [
        (Outcome.ADOPTED, {}),
        (Outcome.DEFERRED, {"w1": ["answer"]}),
        (Outcome.REJECTED, {"a1": ["feedback"]}),
        (Outcome.ADOPTED_WITH_CHANGES, {"a1": ["feedback"]}),
    ],
)
async def test_a_wish_is_owed_an_answer_until_it_is_decided(
    world: World, outcome: Outcome, duties: dict[str, list[str]]
) -> None:
    code, project = await world.project()
    await world.take(code, project, wish("w1"))
    assert owed(await world.timeline(code, project)) == {"w1": ["answer"]}
    await world.take(code, project, decided("w1", outcome))
    assert owed(await world.timeline(code, project)) == duties


async def test_a_deviation_owes_its_motivation_and_its_feedback(world: World) -> None:
    code, project = await world.project()
    steps = (wish("w1"), decided("w1", Outcome.REJECTED, stated=False))
    await world.take(code, project, *steps, importing=True)
    assert owed(await world.timeline(code, project)) == {"a1": ["motivation", "feedback"]}
    await world.take(
        code,
        project,
        MotivateDeviation(
            occurred_on=day(3), deviation="a1", ground=DeviationGround.LAW, motivation="Mag niet"
        ),
    )
    answer = await world.timeline(code, project)
    assert owed(answer) == {"a1": ["feedback"]}
    assert answer["wishes"][0]["chain"][-1]["motivation"] == "Mag niet"
    await world.take(code, project, told("w1"))
    assert owed(await world.timeline(code, project)) == {}


async def test_an_approval_is_owed_from_the_day_after_it_was_due(world: World) -> None:
    code, project = await world.project()
    due = day(40)
    request = RequestApproval(
        occurred_on=DAY,
        approval="v1",
        kind=ApprovalKind.OWNER_CONSENT,
        title="Instemming",
        authority="ProRail",
        procedure=Procedure.NONE,
        stated_due_on=due,
    )
    await world.take(code, project, request)
    assert owed(await world.timeline(code, project, today=due)) == {}
    answer = await world.timeline(code, project, today=day(41))
    assert answer["owed"]["items"][0]["daysLate"] == 1
    assert owed(answer) == {"v1": ["decision"]}
    await world.take(code, project, GrantApproval(occurred_on=day(50), approval="v1"))
    assert owed(await world.timeline(code, project)) == {}


async def test_a_commitment_owes_its_date_and_then_its_fulfilment(world: World) -> None:
    code, project = await world.project()
    made = MakeCommitment(
        occurred_on=DAY, commitment="c1", title="Wij bellen terug", by="wethouder", to="buurt"
    )
    await world.take(code, project, made)
    assert owed(await world.timeline(code, project, today=DAY)) == {"c1": ["date"]}
    await world.take(
        code,
        project,
        ChangeCommitment(occurred_on=day(1), commitment="c1", due_on=day(9), reason="Datum"),
    )
    assert owed(await world.timeline(code, project, today=day(9))) == {}
    assert owed(await world.timeline(code, project, today=day(10))) == {"c1": ["fulfilment"]}
    await world.take(code, project, FulfilCommitment(occurred_on=day(12), commitment="c1"))
    assert owed(await world.timeline(code, project)) == {}


async def test_a_decision_open_to_objection_owes_its_announcement(world: World) -> None:
    code, project = await world.project()
    await world.take(
        code, project, wish("w1"), decided("w1", Outcome.ADOPTED, open_to_objection=True)
    )
    assert owed(await world.timeline(code, project)) == {"b1": ["announcement"]}
    said = AnnounceDecision(occurred_on=day(2), decision="b1", sent_on=day(2))
    await world.take(code, project, said)
    assert owed(await world.timeline(code, project)) == {}


async def test_merged_and_split_subjects_keep_their_lineage(world: World) -> None:
    code, project = await world.project()
    parts = tuple(WishPart(wish=one, title=one) for one in ("w4", "w5"))
    plans = tuple(ProposalPart(proposal=one, title=one) for one in ("p4", "p5"))
    await world.take(
        code,
        project,
        *(wish(one) for one in ("w1", "w2")),
        SupportWish(occurred_on=DAY, wish="w1", supporters=2),
        SupportWish(occurred_on=DAY, wish="w2", supporters=5),
        MergeWishes(occurred_on=DAY, wishes=("w1", "w2"), into="w3", title="Samen"),
        SplitWish(occurred_on=DAY, wish="w3", into=parts),
        SubmitProposal(occurred_on=DAY, proposal="p1", title="Plan", answers=("w4",)),
        SubmitProposal(occurred_on=DAY, proposal="p2", title="Plan", answers=("w5",)),
        MergeProposals(occurred_on=DAY, proposals=("p1", "p2"), into="p3", title="Een plan"),
        SplitProposal(occurred_on=DAY, proposal="p3", into=plans),
    )
    answer = await world.timeline(code, project)
    found = {one["id"]: one for one in answer["wishes"]}
    assert found["w1"]["mergedInto"] == found["w2"]["mergedInto"] == "w3"
    assert (found["w3"]["comesFrom"], found["w3"]["supporters"]) == (["w1", "w2"], 7)
    assert [link["id"] for link in found["w3"]["chain"]] == ["w4", "w5"]
    assert found["w4"]["comesFrom"] == found["w5"]["comesFrom"] == ["w3"]
    assert set(owed(answer)) == {"w4", "w5"}
    raw = {}
    for one in ("p1", "p3", "p4"):
        body = await timeline.read_subject(
            world.answers, code, project, Audience.INTERNAL, answer["position"], one
        )
        assert body is not None
        raw[one] = msgspec.json.decode(body)
    assert (raw["p1"]["mergedInto"], raw["p3"]["status"]) == ("p3", "split")
    assert (raw["p3"]["comesFrom"], raw["p4"]["comesFrom"]) == (["p1", "p2"], ["p3"])
    assert set(raw["p3"]["answers"]) == {"w4", "w5"}


async def test_pages_go_by_what_happened_and_hold_still_while_the_log_grows(
    world: World,
) -> None:
    code, project = await world.project()
    days = [9, 3, 7, 3, 11, 5, 3, 9]
    for number, after in enumerate(days):
        await world.take(code, project, wish(f"w{number}", day(after)))
    whole = (await world.timeline(code, project))["entries"]
    places = [(one["occurredOn"], one["position"]) for one in whole]
    assert places == sorted(places)
    assert len(whole) == len(days) + 1
    paged: list[dict[str, Any]] = []
    cursor: str | None = str(Place())
    while cursor is not None:
        page = await world.timeline(code, project, after=Place.parse(cursor), limit=2)
        paged += page["entries"]
        cursor = page.get("next")
        # Earlier than where the reader is: not to be met again, and nothing is met twice.
        await world.take(code, project, ExpressWish(occurred_on=DAY, title="later gehoord"))
        if len(paged) == 2:
            paged = [one for one in paged if one in whole]
    assert [one for one in paged if one in whole] == whole
    assert len({one["position"] for one in paged}) == len(paged)


async def test_subjects_come_in_pages(world: World) -> None:
    code, project = await world.project()
    await world.take(code, project, *(wish(f"w{one}", day(one % 3)) for one in range(7)))
    position = await world.catch_up(code)
    file = await world.file(code, project, Audience.PUBLIC)
    found: list[str] = []
    after: tuple[date, str] | None = timeline.EARLIEST
    while after is not None:
        body = await timeline.read_subjects(
            world.answers,
            code,
            project,
            Audience.PUBLIC,
            position,
            "wish",
            TODAY,
            after=after,
            limit=3,
        )
        assert body == timeline.subjects_of(file, "wish", after=after, limit=3)
        page = msgspec.json.decode(body)
        found += [row["id"] for row in page["items"]]
        on, _, row_id = page.get("next", "").partition(".")
        after = (date.fromisoformat(on), row_id) if on else None
    assert found == ["w0", "w3", "w6", "w1", "w4", "w2", "w5"]


@pytest.mark.parametrize("seed", range(3))
async def test_as_of_an_earlier_point_gives_what_was_known_then(world: World, seed: int) -> None:
    code, project = await world.project()
    answers: dict[int, list[dict[str, Any]]] = {}
    moments = {}
    made = Histories(seed)
    for _ in range(60):
        receipts = await random_history(world, code, project, made, 1)
        position = receipts[-1].position
        answers[position] = [
            await world.timeline(code, project, audience, limit=500) for audience in Audience
        ]
        moments[position] = await world.admin.fetchval("select clock_timestamp()")
    for position, live in answers.items():
        assert await world.reader.head(code, moments[position]) == position
        for audience in Audience:
            then = await timeline.timeline_as_of(
                world.reader, code, project, audience, position, TODAY, limit=500
            )
            assert then is not None
            assert msgspec.json.decode(then) == live[audience]
    assert (
        await timeline.timeline_as_of(world.reader, code, project, Audience.INTERNAL, 1, TODAY)
        is None
    )


async def test_a_correction_shows_its_text_and_where_it_was_made(world: World) -> None:
    code, project = await world.project()
    first = await world.take(code, project, wish("w1", day(4)))
    before = await world.timeline(code, project)
    positions = []
    for changes in ({"title": "Licht"}, {"title": "Meer licht", "occurredOn": "2025-01-08"}):
        said = CorrectStep(
            occurred_on=day(9), step=first.version, changes=dict(changes), reason="fout"
        )
        positions.append((await world.take(code, project, said)).position)
    answer = await world.timeline(code, project)
    assert (answer["wishes"][0]["title"], answer["wishes"][0]["since"]) == (
        "Meer licht",
        "2025-01-08",
    )
    corrected = next(one for one in answer["entries"] if one["position"] == first.position)
    assert corrected["corrections"] == positions
    assert (corrected["data"]["title"], corrected["occurredOn"]) == ("Meer licht", "2025-01-08")
    then = await timeline.timeline_as_of(
        world.reader, code, project, Audience.INTERNAL, first.position, TODAY
    )
    assert then is not None
    assert msgspec.json.decode(then) == before


async def test_there_is_no_timeline_of_an_unknown_project(world: World) -> None:
    code, _ = await world.project()
    elsewhere, project = await world.project()
    assert elsewhere != code
    position = await world.catch_up(code)
    ask = (world.answers, code, project, Audience.INTERNAL, position)
    assert await timeline.read_timeline(*ask, TODAY) is None
    assert await timeline.read_subject(*ask, "") is None
    assert await timeline.read_subjects(*ask, "wish", TODAY) is None


async def test_what_has_moved_on_is_not_told_for_an_earlier_position(world: World) -> None:
    code, project = await world.project()
    position = await world.catch_up(code)
    await world.take(code, project, wish("w1", DAY))
    await world.catch_up(code)
    ask = (world.answers, code, project, Audience.INTERNAL, position)
    with pytest.raises(timeline.Moved):
        await timeline.read_timeline(*ask, TODAY)
    with pytest.raises(timeline.Moved):
        await timeline.read_subject(*ask, "")
    with pytest.raises(timeline.Moved):
        await timeline.read_subjects(*ask, "wish", TODAY)
