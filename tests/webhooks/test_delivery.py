"""What is sent to a webhook: in order, at least once, signed, and nothing that is not its own."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import httpx
import pytest
from standardwebhooks import WebhookVerificationError
from tests.api.conftest import found_town
from tests.api.test_privacy import ERASURE, JOIN, SECRETS, WORDS
from tests.databases import past_triggers
from tests.webhooks.conftest import DAY, Post
from tests.webhooks.receiver import Request

from cocreate.domain.vocabulary import Role
from cocreate.exchange.cloudevents import MASK
from cocreate.log.tokens import MARK
from cocreate.webhooks.delivery import (
    BASE_SECONDS,
    LONGEST_SECONDS,
    MOST_FAILURES,
    MOST_OF_HOST,
    MOST_REFUSALS,
)


def wishes(requests: list[Request]) -> list[str]:
    return [title for request in requests for title in request.titles]


ONLY = {"types": ["WishExpressed"]}


async def test_events_are_sent_in_order_and_once(post: Post) -> None:
    project = await post.town.start()
    hook = await post.subscribe(**ONLY)
    titles = [f"Wens {number}" for number in range(5)]
    positions = [await post.wish(project, title) for title in titles]
    await hook.send()
    requests = post.receiver.new()
    assert wishes(requests) == titles
    assert [each.content["id"] for each in requests] == [str(each) for each in positions]
    for request in requests:
        assert request.headers["content-type"] == "application/cloudevents+json"
        assert request.id == f"msg_{post.town.code}_{hook.id}_{request.content['id']}"
        assert request.verified(hook.secret) == request.content
    told = await hook.read()
    assert (told["position"], told["behind"], told["failures"]) == (positions[-1], 0, 0)
    assert told["lastDelivery"]["outcome"] == "delivered"
    await hook.send()
    assert post.receiver.new() == []


async def test_an_event_is_a_cloud_event_by_the_profile(post: Post) -> None:
    hook = await post.subscribe()
    project = await post.town.start()
    position = await post.wish(project, "Licht")
    await hook.send()
    [_, request] = post.receiver.new()
    found = await post.town.anyone.get(f"{project}/events/2")
    code = post.town.code.removeprefix("GM")
    assert request.content == {
        "specversion": "1.0",
        "id": str(position),
        "source": f"urn:nld:gemeentecode:{code}:systeem:cocreate",
        "type": "nl.cocreate.WishExpressed",
        "subject": project.rpartition("/")[2],
        "time": found.json()["recordedAt"],
        "datacontenttype": "application/json",
        "dataref": f"https://cocreate.test{project}/events/2",
        "data": found.json(),
    }


async def test_the_secret_of_another_verifies_nothing(post: Post) -> None:
    first, second = await post.subscribe(), await post.subscribe()
    await post.town.start()
    await first.send()
    [request] = post.receiver.new()
    request.verified(first.secret)
    with pytest.raises(WebhookVerificationError):
        request.verified(second.secret)


async def test_the_public_is_sent_what_is_public_also_what_is_made_so(post: Post) -> None:
    project = await post.town.start()
    hook = await post.subscribe()
    inside = await post.subscribe(audience="internal")
    secret = await post.town.take(project, "wishes", title="Geheim", visibility="internal")
    await hook.send()
    assert post.receiver.new() == []
    await inside.send()
    sent = post.receiver.new()
    assert sent[-1].content["data"]["visibility"] == "internal"
    assert sent[-1].content["data"]["actor"]
    published = await post.town.take(project, "publications", steps=[secret["version"]])
    await hook.send()
    ids = [request.content["id"] for request in post.receiver.new()]
    assert ids == [f"{published['position']}.{secret['version']}", str(published["position"])]
    # The publication itself is sent to those inside, and nothing twice.
    await inside.send()
    assert [each.content["data"]["type"] for each in post.receiver.new()] == ["StepsPublished"]


async def test_who_acted_is_not_for_the_public(post: Post) -> None:
    hook = await post.subscribe()
    await post.town.start()
    await hook.send()
    [request] = post.receiver.new()
    assert "actor" not in request.content["data"]


async def test_events_of_another_municipality_are_never_sent(post: Post, other: Post) -> None:
    mine = await post.subscribe(audience="internal")
    theirs = await other.subscribe(audience="internal")
    await other.town.start()
    await post.town.start()
    await mine.send()
    assert {each.content["source"] for each in post.receiver.new()} == {
        f"urn:nld:gemeentecode:{post.town.code[2:]}:systeem:cocreate"
    }
    # A job that names a webhook of another finds none.
    await other.deliveries.deliver(other.town.code, mine.id)
    assert post.receiver.new() == []
    await theirs.send()
    assert post.receiver.new() != []


@pytest.fixture
async def other(post: Post, client: httpx.AsyncClient) -> Post:
    other = Post(await found_town(client), post.receiver, post.admin)
    other.deliveries = post.deliveries
    return other


async def test_no_personal_data_is_sent_be_it_erased_or_not(post: Post) -> None:
    hook = await post.subscribe(audience="internal")
    project = await post.town.start()
    await post.town.take(project, "parties", **JOIN)
    await post.town.take(project, "wishes", title="Licht", by="sanne", text=WORDS)
    await post.town.take(
        project, "corrections", step=2, changes={"contact": "nieuw@example.nl"}, reason="Verhuisd"
    )
    erased = await post.town[Role.TENANT_ADMINISTRATOR].post(f"{project}/erasures", ERASURE)
    assert erased.status_code == 201, erased.text
    await hook.send()
    requests = post.receiver.new()
    whole = b"".join(request.body for request in requests).decode()
    for secret in (*SECRETS, WORDS, "nieuw@example.nl"):
        assert secret not in whole
        assert secret.encode("unicode_escape").decode() not in whole
    # Not even what only holds the key: that would be all that an erasure destroys.
    assert MARK not in whole
    data = {each.content["data"]["type"]: each.content["data"]["data"] for each in requests}
    assert data["PartyJoined"]["name"] == data["WishExpressed"]["text"] == MASK
    assert data["StepCorrected"]["changes"]["contact"] == MASK
    assert data["WishExpressed"]["title"] == "Licht"


async def test_what_was_recorded_before_it_was_sealed_is_masked_as_well(post: Post) -> None:
    hook = await post.subscribe()
    project = await post.town.start()
    position = await post.wish(project, "Licht", by=None)
    data = b'{"wish":"w2","title":"Licht","by":"sanne","text":"Ik durf er niet door."}'
    async with past_triggers(post.admin):
        await post.admin.execute(
            "update cocreate.event set data = $3 where tenant_id = $1 and position = $2",
            post.town.code,
            position,
            data,
        )
    await hook.send()
    last = post.receiver.new()[-1].content["data"]["data"]
    assert (last["by"], last["title"], last["text"]) == ("sanne", "Licht", MASK)


async def test_a_batch_has_what_there_is_in_order(post: Post) -> None:
    project = await post.town.start()
    hook = await post.subscribe(mode="batched", **ONLY)
    positions = [await post.wish(project, f"Wens {number}") for number in range(5)]
    await hook.send()
    [request] = post.receiver.new()
    assert request.headers["content-type"] == "application/cloudevents-batch+json"
    assert request.titles == [f"Wens {number}" for number in range(5)]
    assert request.id.endswith(f"_{positions[0]}-{positions[-1]}")
    assert request.verified(hook.secret) == request.content
    assert (await hook.read())["behind"] == 0


async def test_a_batch_that_is_refused_goes_one_by_one_and_no_further(post: Post) -> None:
    project = await post.town.start()
    hook = await post.subscribe(mode="batched", **ONLY)
    for title in ("Goed", "Kwaad", "Beter"):
        await post.wish(project, title)
    post.receiver.refuse = b"Kwaad"
    for _ in range(MOST_REFUSALS + 1):
        await hook.send()
        await hook.be_due()
    sent = [request.titles for request in post.receiver.new()]
    assert sent == [["Goed", "Kwaad", "Beter"], ["Goed"], *[["Kwaad"]] * MOST_REFUSALS, ["Beter"]]
    [letter] = (await hook.read("/dead-letters"))["deadLetters"]
    assert (letter["type"], letter["status"]) == ("WishExpressed", 422)
    for title in ("Een", "Twee"):
        await post.wish(project, title)
    await hook.send()
    assert [request.titles for request in post.receiver.new()] == [["Een", "Twee"]]


async def test_what_fails_is_tried_again_before_what_comes_after_it(post: Post) -> None:
    project = await post.town.start()
    hook = await post.subscribe(**ONLY)
    for title in ("Een", "Twee"):
        await post.wish(project, title)
    post.receiver.answers = [500, 503]
    for _ in range(3):
        await hook.send()
        await hook.send()  # it is not due: nothing is sent
        await hook.be_due()
    requests = post.receiver.new()
    assert wishes(requests) == ["Een", "Een", "Een", "Twee"]
    assert len({request.id for request in requests[:3]}) == 1
    assert await hook.outcomes() == ["failed", "failed", "delivered", "delivered"]


async def test_the_wait_doubles_up_to_the_longest_and_chance_has_all_of_it(post: Post) -> None:
    project = await post.town.start()
    hook = await post.subscribe(**ONLY)
    await post.wish(project, "Licht")
    waits = []
    post.longest = True
    for _ in range(MOST_FAILURES - 1):
        post.receiver.answers = [500]
        await hook.send()
        waits.append(await hook.waits())
        await hook.be_due()
    expected = [
        min(BASE_SECONDS * 2**failed, LONGEST_SECONDS) for failed in range(MOST_FAILURES - 1)
    ]
    assert waits == pytest.approx(expected, abs=5)
    assert waits[-1] > 40_000
    assert all(later >= earlier - 5 for earlier, later in pairwise(waits))
    post.longest, post.receiver.answers = False, [500]
    await hook.set("failures = 10")
    await hook.send()
    assert await hook.waits() < 5  # full jitter: from next to nothing on


async def test_what_a_receiver_asks_is_honoured_within_a_day(post: Post) -> None:
    project = await post.town.start()
    hook = await post.subscribe(**ONLY)
    await post.wish(project, "Licht")
    for said, expected in ((b"3600", 3_600), (b"9999999", 86_400)):
        post.receiver.answers, post.receiver.answer_headers = [429], [(b"retry-after", said)]
        await hook.send()
        assert await hook.waits() == pytest.approx(expected, abs=5)
        await hook.be_due()


async def test_a_dead_letter_is_sent_again_when_that_is_asked(post: Post) -> None:
    project = await post.town.start()
    hook = await post.subscribe(**ONLY)
    position = await post.wish(project, "Kwaad")
    post.receiver.refuse = b"Kwaad"
    for _ in range(MOST_REFUSALS):
        await hook.send()
        await hook.be_due()
    await post.wish(project, "Goed")
    await hook.send()
    first, *_, last = post.receiver.new()
    assert last.titles == ["Goed"]
    [letter] = (await hook.read("/dead-letters"))["deadLetters"]
    assert letter["id"] == str(position)
    assert letter["failures"] == MOST_REFUSALS
    # It is still no good: it stays a dead letter, and is not tried for ever.
    await post.step("webhook-redeliveries", webhook=hook.id)
    await hook.send()
    await hook.send()
    assert wishes(post.receiver.new()) == ["Kwaad"]
    assert (await hook.read())["deadLetters"] == 1
    post.receiver.refuse = None
    await post.step("webhook-redeliveries", webhook=hook.id)
    await hook.send()
    [again] = post.receiver.new()
    assert (again.titles, again.id) == (["Kwaad"], first.id)
    assert (await hook.read())["deadLetters"] == 0


async def test_a_dead_letter_that_was_published_is_found_again(post: Post) -> None:
    project = await post.town.start()
    hook = await post.subscribe(**ONLY)
    taken = [
        await post.town.take(project, "wishes", title=title, visibility="internal")
        for title in ("Een", "Kwaad", "Drie")
    ]
    await post.town.take(project, "publications", steps=[each["version"] for each in taken])
    post.receiver.refuse = b"Kwaad"
    for _ in range(MOST_REFUSALS):
        await hook.send()
        await hook.be_due()
    assert wishes(post.receiver.new()) == ["Een", *["Kwaad"] * MOST_REFUSALS, "Drie"]
    post.receiver.refuse = None
    await post.step("webhook-redeliveries", webhook=hook.id)
    await hook.send()
    assert wishes(post.receiver.new()) == ["Kwaad"]


async def test_a_dead_letter_among_what_is_not_sent_is_found_again(post: Post) -> None:
    project = await post.town.start()
    hook = await post.subscribe(types=["WishExpressed", "StepsPublished"])
    taken = [
        await post.town.take(project, noun, title=title, visibility="internal")
        for noun, title in (("wishes", "Een"), ("milestones", "Paal"), ("wishes", "Kwaad"))
    ]
    versions = [each["version"] for each in taken]
    await post.town.take(project, "publications", steps=versions, reason="Kwaad")
    post.receiver.refuse = b"Kwaad"
    for _ in range(2 * MOST_REFUSALS):
        await hook.send()
        await hook.be_due()
    letters = (await hook.read("/dead-letters"))["deadLetters"]
    assert [each["type"] for each in letters] == ["WishExpressed", "StepsPublished"]
    post.receiver.refuse = None
    post.receiver.new()
    await post.step("webhook-redeliveries", webhook=hook.id)
    await hook.send()
    assert [each.content["id"] for each in post.receiver.new()] == [each["id"] for each in letters]
    assert (await hook.read())["deadLetters"] == 0


async def test_what_was_noted_stays_noted_when_something_goes_wrong_after_it(post: Post) -> None:
    project = await post.town.start()
    hook = await post.subscribe(**ONLY)
    positions = [await post.wish(project, title) for title in ("Een", "Twee")]
    post.receiver.hold_at = len(post.receiver.requests) + 2
    sending = asyncio.create_task(hook.send())
    for _ in positions:
        await post.receiver.next()
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    post.receiver.open.set()
    assert (await hook.read())["position"] == positions[0]


async def test_all_after_a_position_is_sent_again(post: Post) -> None:
    project = await post.town.start()
    hook = await post.subscribe(**ONLY)
    positions = [await post.wish(project, title) for title in ("Een", "Twee", "Drie")]
    await hook.send()
    before = post.receiver.new()
    await post.step("webhook-redeliveries", webhook=hook.id, after=positions[0])
    await hook.send()
    again = post.receiver.new()
    assert wishes(again) == ["Twee", "Drie"]
    assert [each.id for each in again] == [each.id for each in before[1:]]


async def test_a_subscription_may_begin_earlier_and_begins_now_by_itself(post: Post) -> None:
    project = await post.town.start()
    position = await post.wish(project, "Vroeger")
    now, earlier = await post.subscribe(**ONLY), await post.subscribe(after=position - 1, **ONLY)
    await now.send()
    assert post.receiver.new() == []
    await earlier.send()
    assert wishes(post.receiver.new()) == ["Vroeger"]


async def test_a_replay_in_the_midst_of_a_request_is_not_undone_by_it(post: Post) -> None:
    project = await post.town.start()
    hook = await post.subscribe(**ONLY)
    position = await post.wish(project, "Een")
    await hook.send()
    await post.wish(project, "Twee")
    post.receiver.new()
    post.receiver.open.clear()
    sending = asyncio.create_task(hook.send())
    await post.receiver.next()
    await post.step("webhook-redeliveries", webhook=hook.id, after=position - 1)
    post.receiver.open.set()
    await sending
    await hook.be_due()
    await hook.send()
    assert wishes(post.receiver.new()) == ["Een", "Twee"]


async def test_an_address_that_is_gone_ends_the_subscription(post: Post) -> None:
    hook = await post.subscribe()
    await post.town.start()
    post.receiver.answers = [410]
    await hook.send()
    assert (await hook.read())["status"] == "ended"
    await hook.be_due()
    await hook.send()
    assert len(post.receiver.new()) == 1
    events = await post.admin.fetch(
        "select type, actor from cocreate.event where tenant_id = $1"
        " order by position desc limit 1",
        post.town.code,
    )
    assert [tuple(row) for row in events] == [("WebhookEnded", "webhooks")]


@pytest.mark.parametrize(
    "failing", ["failing_since = now() - interval '73 hours', failures = 9", "failures = 24"]
)
async def test_an_address_that_fails_for_days_is_given_up_until_resumed(
    post: Post, failing: str
) -> None:
    project = await post.town.start()
    hook = await post.subscribe(**ONLY)
    await post.wish(project, "Licht")
    post.receiver.answers = [500, 500]
    await hook.send()
    assert (await hook.read())["status"] == "active"
    await hook.set(f"{failing}, due_at = now()")
    await hook.send()
    assert (await hook.read())["status"] == "dead"
    await hook.be_due()
    await hook.send()
    assert wishes(post.receiver.new()) == ["Licht", "Licht"]
    await post.step("webhook-resumptions", webhook=hook.id)
    await hook.send()
    assert wishes(post.receiver.new()) == ["Licht"]  # nothing was missed


async def test_one_that_is_paused_misses_nothing(post: Post) -> None:
    project = await post.town.start()
    hook = await post.subscribe(**ONLY)
    await post.step("webhook-pauses", webhook=hook.id)
    await post.wish(project, "Licht")
    await hook.send()
    assert post.receiver.new() == []
    await post.step("webhook-resumptions", webhook=hook.id)
    await hook.send()
    assert wishes(post.receiver.new()) == ["Licht"]


async def test_the_log_has_the_last_word_on_who_is_sent_to(post: Post) -> None:
    """Where a process was cut off between the log and what is kept beside it, nothing is sent."""
    hook = await post.subscribe()
    await post.step("webhook-ends", webhook=hook.id)
    await hook.set("sends = true, due_at = now()")
    await post.town.start()
    await hook.send()
    assert post.receiver.new() == []
    assert (await post.deliveries.progress.behind({post.town.code})) == []


async def test_a_secret_gives_way_to_the_next_without_a_gap(post: Post) -> None:
    project = await post.town.start()
    hook = await post.subscribe(**ONLY)
    rotated = await post.step("webhook-secrets", webhook=hook.id, overlapHours=1)
    fresh = rotated.json()["secret"]
    assert fresh.startswith("whsec_")
    assert fresh != hook.secret
    await post.wish(project, "Licht")
    await hook.send()
    [request] = post.receiver.new()
    assert len(request.headers["webhook-signature"].split()) == 2
    request.verified(hook.secret)
    request.verified(fresh)
    await post.admin.execute(
        "update cocreate_keys.webhook_secret set ends_at = now() where ends_at is not null"
    )
    await post.wish(project, "Meer licht")
    await hook.send()
    [request] = post.receiver.new()
    request.verified(fresh)
    with pytest.raises(WebhookVerificationError):
        request.verified(hook.secret)


async def test_what_was_sent_but_not_noted_is_sent_again_by_another(post: Post) -> None:
    """A process that is killed holds the webhook no longer than a request takes."""
    project = await post.town.start()
    hook = await post.subscribe(**ONLY)
    await post.wish(project, "Licht")
    held = await post.deliveries.progress.hold(post.town.code, hook.id)  # and it is no more
    assert held is not None
    await hook.send()
    assert post.receiver.new() == []
    await hook.set("sending_until = now()")
    await hook.send()
    assert wishes(post.receiver.new()) == ["Licht"]
    # Were it to wake after all, what it notes moves nothing.
    await post.deliveries.progress.release(held, held.place)
    assert (await hook.read())["behind"] == 0


async def test_two_that_send_to_one_webhook_never_do_at_once(post: Post) -> None:
    project = await post.town.start()
    hook = await post.subscribe(**ONLY)
    for number in range(3):
        await post.wish(project, f"Wens {number}")
    await asyncio.gather(*(hook.send() for _ in range(5)))
    assert wishes(post.receiver.new()) == [f"Wens {number}" for number in range(3)]
    assert post.receiver.most_at_once == 1


async def test_no_host_has_more_requests_at_once_than_it_may(post: Post) -> None:
    hooks = [await post.subscribe() for _ in range(MOST_OF_HOST + 1)]
    await post.town.start()
    post.receiver.open.clear()
    sending = [asyncio.create_task(hook.send()) for hook in hooks[:-1]]
    for _ in sending:
        await post.receiver.next()
    await hooks[-1].send()  # it is put off, and holds up nobody meanwhile
    assert post.receiver.new() == []
    assert 0 < await hooks[-1].waits() < 3
    assert (await hooks[-1].read())["failures"] == 0
    post.receiver.open.set()
    await asyncio.gather(*sending)
    await hooks[-1].be_due()
    post.receiver.new()
    await hooks[-1].send()
    assert len(post.receiver.new()) == 1


async def test_without_a_secret_nothing_is_sent(post: Post) -> None:
    hook = await post.subscribe()
    await post.town.start()
    await post.admin.execute(
        "delete from cocreate_keys.webhook_secret where tenant_id = $1", post.town.code
    )
    with pytest.raises(LookupError):
        await hook.send()
    assert post.receiver.new() == []
    assert await hook.waits() == pytest.approx(60, abs=5)


async def test_a_step_on_a_webhook_keeps_the_rules_of_the_log(post: Post) -> None:
    hook = await post.subscribe()
    administrator = post.town[Role.TENANT_ADMINISTRATOR]
    said = {**DAY, "webhook": hook.id}
    pauses = f"{post.town.home}/webhook-pauses"
    first = await administrator.post(pauses, said, Idempotency_Key="k", If_Match="*")
    again = await administrator.post(pauses, said, Idempotency_Key="k", If_Match="*")
    assert (first.status_code, again.status_code) == (201, 201), again.text
    assert again.headers["idempotency-replayed"] == "true"
    refused = await administrator.post(pauses, said)
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong-status")
