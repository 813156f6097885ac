"""Webhooks as the administrator looks after them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.api.conftest import Town, found_town

from cocreate.api.examples import WEBHOOK_EXAMPLES
from cocreate.domain.vocabulary import Role
from cocreate.webhooks.signing import PREFIX, SECRET_BYTES, as_kept

DAY = {"occurredOn": "2024-09-17"}
SAID = {**DAY, "title": "Zaken", "address": "https://zaken.example.nl/hook"}


@pytest.fixture
async def place(client: httpx.AsyncClient) -> Town:
    """A municipality without webhooks."""
    return await found_town(client)


async def post(town: Town, noun: str, said: object, **headers: str) -> httpx.Response:
    return await town[Role.TENANT_ADMINISTRATOR].post(f"{town.home}/{noun}", said, **headers)


async def get(town: Town, path: str) -> Any:
    answer = await town[Role.TENANT_ADMINISTRATOR].get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_secret_is_shown_once(place: Town) -> None:
    answer = await post(place, "webhooks", SAID, Idempotency_Key="een")
    assert answer.status_code == 201, answer.text
    [resource] = answer.json()["resources"]
    assert answer.headers["location"] == resource["href"]
    secret = answer.json()["secret"]
    assert secret.startswith(PREFIX)
    assert len(as_kept(secret)) == SECRET_BYTES
    again = await post(place, "webhooks", SAID, Idempotency_Key="een")
    assert (again.status_code, again.json()["secret"]) == (201, None)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == {**answer.json(), "secret": None}
    told = await get(place, f"{place.home}/webhooks")
    assert [each["id"] for each in told["webhooks"]] == [resource["id"]]
    assert "whsec" not in str(told)
    alone = await get(place, resource["href"])
    # How far it is may have moved between the two.
    how_far = {"position": alone["position"], "behind": alone["behind"]}
    assert alone == {**told["webhooks"][0], **how_far}


async def test_a_subscription_is_read_as_it_stands(place: Town) -> None:
    said = {**SAID, "webhook": "w", "types": ["WishExpressed", "DecisionRecorded"]}
    subscribed = await post(place, "webhooks", said)
    assert await get(place, f"{place.home}/webhooks/w") == {
        "id": "w",
        "title": "Zaken",
        "address": SAID["address"],
        "audience": "public",
        "types": ["DecisionRecorded", "WishExpressed"],
        "mode": "structured",
        "status": "active",
        "position": subscribed.json()["position"] - 1,
        "behind": 1,
        "failures": 0,
        "failingSince": None,
        "dueAt": None,
        "deadLetters": 0,
        "lastDelivery": None,
    }
    change = {**SAID, "webhook": "w", "mode": "batched", "audience": "internal"}
    assert (await post(place, "webhook-changes", change)).status_code == 201
    told = await get(place, f"{place.home}/webhooks/w")
    assert (told["mode"], told["audience"], told["types"]) == ("batched", "internal", None)


async def test_who_is_sent_what_is_on_record_and_its_secret_is_not(place: Town) -> None:
    await post(place, "webhooks", {**SAID, "webhook": "w"})
    rotated = await post(place, "webhook-secrets", {**DAY, "webhook": "w"})
    assert rotated.json()["secret"].startswith(PREFIX)
    for noun in ("webhook-pauses", "webhook-resumptions", "webhook-redeliveries", "webhook-ends"):
        answer = await post(place, noun, {**DAY, "webhook": "w"})
        assert answer.status_code == 201, answer.text
    assert (await get(place, f"{place.home}/webhooks/w"))["status"] == "ended"
    assert (await post(place, "webhook-secrets", {**DAY, "webhook": "w"})).status_code == 409


async def test_all_examples_are_taken_in_turn(place: Town) -> None:
    for noun, example in WEBHOOK_EXAMPLES.items():
        if noun == "webhook-ends":
            continue
        answer = await post(place, noun, example)
        assert answer.status_code == 201, (noun, answer.text)
    assert (await post(place, "webhook-ends", WEBHOOK_EXAMPLES["webhook-ends"])).status_code == 201


@pytest.mark.parametrize(
    "address",
    [
        "http://zaken.example.nl/hook",
        "https://zaken.example.nl:5432/",
        "https://127.0.0.1/",
        "https://[::ffff:169.254.169.254]/",
        "https://10.0.0.8:8443/",
    ],
)
async def test_an_address_that_may_not_be_sent_to_is_refused(place: Town, address: str) -> None:
    for noun in ("webhooks", "webhook-changes"):
        answer = await post(place, noun, {**SAID, "webhook": "w", "address": address})
        assert answer.status_code == 400, answer.text
        [error] = answer.json()["errors"]
        assert (error["location"], error["code"]) == ("/address", "address-not-allowed")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"address": "https://naam:geheim@zaken.example.nl/"}, "unfit-address"),
        ({"address": "https://zaken.example.nl:99999/"}, "unfit-address"),
        ({"types": ["WishSung"]}, "unknown-reference"),
    ],
)
async def test_what_cannot_be_is_refused_and_leaves_nothing(
    place: Town, change: dict[str, object], code: str
) -> None:
    answer = await post(place, "webhooks", {**SAID, "webhook": "w", **change})
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert (await get(place, f"{place.home}/webhooks"))["webhooks"] == []
    # What was refused does not count: it begins with what comes after it is taken.
    await place.start()
    taken = await post(place, "webhooks", {**SAID, "webhook": "w"})
    told = await get(place, f"{place.home}/webhooks/w")
    assert told["position"] == taken.json()["position"] - 1


async def test_an_id_that_is_taken_keeps_its_secret(place: Town) -> None:
    await post(place, "webhooks", {**SAID, "webhook": "w"})
    again = await post(place, "webhooks", {**SAID, "webhook": "w"})
    assert (again.status_code, again.json()["code"]) == (409, "id-taken")
    ping = await post(place, "webhooks/w/pings", {})
    assert ping.status_code == 200  # it would not be found without a secret


async def test_a_ping_tells_what_comes_of_it(place: Town) -> None:
    address = "https://[64:ff9b::7f00:1]/"
    refused = await post(place, "webhooks", {**SAID, "webhook": "w", "address": address})
    assert refused.status_code == 400
    # Only when it is looked up does this name turn out to be of this machine.
    address = "https://localhost/"
    await post(place, "webhooks", {**SAID, "webhook": "w", "address": address})
    answer = await post(place, "webhooks/w/pings", {})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["outcome"], answer.json()["status"]) == ("forbidden", None)
    assert answer.json()["message"].startswith(f"msg_{place.code}_w_ping-")
    assert (await post(place, "webhooks/niets/pings", {})).status_code == 404


async def test_nothing_is_told_of_a_webhook_that_is_not_there(place: Town) -> None:
    administrator = place[Role.TENANT_ADMINISTRATOR]
    for more in ("", "/deliveries", "/dead-letters"):
        for webhook in ("niets", "%00"):
            answer = await administrator.get(f"{place.home}/webhooks/{webhook}{more}")
            assert answer.status_code == 404, answer.text
