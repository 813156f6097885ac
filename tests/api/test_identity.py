"""People with tokens: let in by the issuers that a municipality trusts, in the roles it gives."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest
from litestar import Litestar
from msgspec.structs import replace
from tests.api.conftest import As, Town, api_routes, found_town
from tests.identity.issuing import AUDIENCE, Issuer, issuing

from cocreate.api.examples import (
    DUTIES_EXAMPLE,
    GRANT_EXAMPLE,
    ISSUER_EXAMPLE,
    ISSUER_WITHDRAWAL_EXAMPLE,
    REVOCATION_EXAMPLE,
    STEP_EXAMPLES,
)
from cocreate.domain.identity import IDENTITY_EVENTS
from cocreate.domain.log_reads import log_reads_id
from cocreate.domain.municipality import municipality_id
from cocreate.domain.vocabulary import Role
from cocreate.settings import Settings

DAY = "2024-09-17"
WISH = {"occurredOn": DAY, "title": "Licht"}
REQUEST = STEP_EXAMPLES["approvals"]
OPERATORS = "https://beheer.test"
VALUES = {
    "beheer": Role.TENANT_ADMINISTRATOR,
    "amb": Role.OFFICIAL,
    "griffie": Role.CLERK,
    "rekenkamer": Role.AUDITOR,
}


@pytest.fixture(scope="module")
async def issuer() -> AsyncIterator[Issuer]:
    async with issuing() as issuer:
        yield issuer


@pytest.fixture(scope="module")
def settings(settings: Settings, issuer: Issuer) -> Settings:
    return replace(
        settings,
        private_issuers=(issuer.origin,),
        issuer_refetch_seconds=0.0,
        operator_issuer=issuer.origin,
        operator_audience=OPERATORS,
        heartbeat_seconds=0.05,
    )


async def trust(town: Town, issuer: Issuer, /, **changes: Any) -> httpx.Response:
    body = {
        "occurredOn": DAY,
        "issuer": issuer.origin,
        "audience": AUDIENCE,
        "algorithms": ["RS256"],
        "rolesClaim": ["access", "roles"],
        "roles": [{"value": value, "role": role} for value, role in VALUES.items()],
        "groupsClaim": ["groups"],
        **changes,
    }
    return await town[Role.TENANT_ADMINISTRATOR].post(f"{town.home}/issuers", body)


def person(town: Town, issuer: Issuer, *roles: str, name: str = "anna", **claims: object) -> As:
    return As(town.anyone.client, issuer.token(name, access={"roles": roles}, **claims))


@pytest.fixture(scope="module")
async def trusting(client: httpx.AsyncClient, issuer: Issuer) -> Town:
    """A municipality that trusts the issuer."""
    town = await found_town(client)
    answer = await trust(town, issuer)
    assert answer.status_code == 201, answer.text
    return town


@pytest.fixture
async def here(trusting: Town) -> str:
    """The path of a project in it."""
    return await trusting.start()


async def grant(town: Town, issuer: Issuer, /, **said: Any) -> httpx.Response:
    body = {"occurredOn": DAY, "issuer": issuer.origin, "role": "official", **said}
    return await town[Role.TENANT_ADMINISTRATOR].post(f"{town.home}/role-grants", body)


async def actor_of(town: Town, taken: httpx.Response) -> tuple[str, str]:
    assert taken.status_code == 201, taken.text
    event = (await town[Role.TENANT_ADMINISTRATOR].get(taken.headers["location"])).json()
    return event["actor"], event["actorRole"]


# -- who someone is ------------------------------------------------------------------------------


async def test_the_log_knows_a_person_by_a_pseudonym(
    trusting: Town, issuer: Issuer, here: str, database: str
) -> None:
    anna = person(trusting, issuer, "amb")
    actor, role = await actor_of(trusting, await anna.post(f"{here}/wishes", WISH))
    assert re.fullmatch(r"sub-[0-9a-f]{32}", actor)
    assert role == "official"
    again, _ = await actor_of(trusting, await anna.post(f"{here}/wishes", WISH))
    boris = person(trusting, issuer, "amb", name="boris")
    other, _ = await actor_of(trusting, await boris.post(f"{here}/wishes", WISH))
    assert (again == actor, other == actor) == (True, False)
    await grant(trusting, issuer, subject="boris")
    connection = await asyncpg.connect(database)
    rows = await connection.fetch(
        "select convert_from(data, 'utf8') || actor as said from cocreate.event"
        " where tenant_id = $1",
        trusting.code,
    )
    await connection.close()
    assert rows
    assert not any(re.search("anna|boris", row["said"]) for row in rows)


async def test_in_another_municipality_a_person_has_another_pseudonym(
    client: httpx.AsyncClient, trusting: Town, issuer: Issuer, here: str
) -> None:
    other = await found_town(client)
    await trust(other, issuer)
    anna = person(trusting, issuer, "amb")
    first, _ = await actor_of(trusting, await anna.post(f"{here}/wishes", WISH))
    there = await other.start()
    second, _ = await actor_of(other, await anna.post(f"{there}/wishes", WISH))
    assert first != second


async def test_each_step_is_taken_under_the_role_that_allows_it(
    trusting: Town, issuer: Issuer, here: str
) -> None:
    both = person(trusting, issuer, "amb", "griffie", "onbekend")
    milestone = {"occurredOn": DAY, "title": "Licht aan"}
    wish = {"noun": "wishes", **WISH}
    assert (await actor_of(trusting, await both.post(f"{here}/wishes", WISH)))[1] == "official"
    taken = await both.post(f"{here}/milestones", milestone)
    assert (await actor_of(trusting, taken))[1] == "clerk"
    alone = await both.post(f"{here}/commands", {"steps": [{"noun": "milestones", **milestone}]})
    assert (await actor_of(trusting, alone))[1] == "clerk"
    mixed = {"steps": [{"noun": "milestones", **milestone}, wish]}
    assert (await actor_of(trusting, await both.post(f"{here}/commands", mixed)))[1] == "official"
    clerk = person(trusting, issuer, "griffie")
    refused = await clerk.post(f"{here}/commands", mixed)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "https://elders.test"},
        {"exp": 1},
        {"nbf": 4_000_000_000},
        {"iss": "https://elders.test"},
        {"iss": "http://127.0.0.1:1"},
    ],
)
async def test_a_token_that_does_not_hold_opens_nothing(
    trusting: Town, issuer: Issuer, here: str, changes: dict[str, Any]
) -> None:
    stranger = person(trusting, issuer, "amb", **changes)
    for answer in (await stranger.get(f"{here}/events"), await stranger.post(f"{here}/wishes", {})):
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
        assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_token_is_sent_as_a_bearer_and_is_not_endless(
    trusting: Town, issuer: Issuer, here: str, client: httpx.AsyncClient
) -> None:
    token = person(trusting, issuer, "amb").key
    for authorization, expected in (
        (f"bearer {token}", 200),
        (f"Basic {token}", 401),
        (f"Bearer {token}" + "x" * 9_000, 401),
        (f"Bearer {token}.x", 401),
        ("Bearer ...", 401),
        ("Bearer \u00e9.\u00e9.\u00e9", 401),
    ):
        headers = {b"Authorization": authorization.encode("latin-1")}
        answer = await client.get(f"{here}/events", headers=headers)
        assert answer.status_code == expected, authorization[:20]


async def test_elsewhere_a_token_says_as_little_as_where_nothing_is(
    trusting: Town, other_town: Town, issuer: Issuer, here: str
) -> None:
    anna = person(trusting, issuer, "amb")
    for place in (other_town.home, "/v1/municipalities/GM9998"):
        for answer in (
            await anna.get(place),
            await anna.get(f"{place}/identity"),
            await anna.post(here.replace(trusting.home, place) + "/wishes", WISH),
        ):
            assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert (await anna.get("/v1/municipalities/GM000\u0661")).status_code == 404


async def test_a_token_is_verified_once_while_nothing_changes(
    app: Litestar, trusting: Town, issuer: Issuer
) -> None:
    tokens = app.state["parts"].access.tokens
    token = issuer.token(access={"roles": ["amb"]}).encode()
    first = await tokens.principal(token, trusting.code)
    assert await tokens.principal(token, trusting.code) is first
    await trust(trusting, issuer, clockSkewSeconds=30)
    assert await tokens.principal(token, trusting.code) is not first


async def test_a_token_holds_no_longer_when_the_issuer_withdraws_its_key(
    trusting: Town, issuer: Issuer, here: str
) -> None:
    old = list(issuer.keys)
    anna = person(trusting, issuer, "amb")
    assert (await anna.post(f"{here}/wishes", WISH)).status_code == 201
    async with issuing() as other:
        issuer.keys = other.keys
        issuer.keys[0].kid = issuer.keys[0].published["kid"] = "nieuw"
        boris = person(trusting, issuer, "amb", name="boris")
        assert (await boris.post(f"{here}/wishes", WISH)).status_code == 201
        assert (await anna.post(f"{here}/wishes", WISH)).status_code == 401
    issuer.keys = old


async def test_an_issuer_is_distrusted_at_once(client: httpx.AsyncClient, issuer: Issuer) -> None:
    town = await found_town(client)
    administrator = town[Role.TENANT_ADMINISTRATOR]
    await trust(town, issuer)
    anna = person(town, issuer, "amb")
    assert (await anna.get(town.home)).status_code == 200
    body = {"occurredOn": DAY, "issuer": issuer.origin}
    gone = await administrator.post(f"{town.home}/issuer-withdrawals", body)
    assert gone.status_code == 201
    assert (await anna.get(town.home)).status_code == 401
    again = await administrator.post(f"{town.home}/issuer-withdrawals", body)
    assert (again.status_code, again.json()["code"]) == (400, "unknown-reference")


async def test_an_issuer_that_was_never_reached_is_asked_again_in_a_moment(
    client: httpx.AsyncClient, issuer: Issuer
) -> None:
    town = await found_town(client)
    await trust(town, issuer, issuer=f"{issuer.origin}/weg")
    anna = person(town, issuer, "amb", iss=f"{issuer.origin}/weg")
    answer = await anna.get(town.home)
    assert (answer.status_code, answer.json()["code"]) == (503, "issuer-unavailable")
    assert answer.headers["retry-after"]
    assert (await town.anyone.get(town.home)).status_code == 200


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"issuer": "http://10.0.0.1"}, "insecure-issuer"),
        ({"issuer": "http://127.0.0.1:1"}, "insecure-issuer"),
        ({"issuer": "https://naam:wachtwoord@id.example"}, "unfit-issuer"),
        ({"issuer": "https://id.example?x"}, "unfit-issuer"),
        ({"algorithms": ["none"]}, "invalid-input"),
        ({"algorithms": ["HS256"]}, "invalid-input"),
        ({"algorithms": []}, "invalid-input"),
        ({"algorithms": ["RS256", "RS256"]}, "repeated-reference"),
        ({"roles": [{"value": "x", "role": "operator"}]}, "invalid-input"),
        ({"clockSkewSeconds": 301}, "invalid-input"),
    ],
)
async def test_terms_that_are_not_safe_are_refused(
    trusting: Town, issuer: Issuer, changes: dict[str, object], code: str
) -> None:
    answer = await trust(trusting, issuer, **changes)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


# -- roles ----------------------------------------------------------------------------------------


async def test_a_token_without_a_role_reads_what_is_public(
    trusting: Town, issuer: Issuer, here: str
) -> None:
    await trusting.take(here, "wishes", title="Geheim", visibility="internal")
    for nobody in (
        person(trusting, issuer),
        person(trusting, issuer, "\u0430mb"),  # with a Cyrillic letter
        person(trusting, issuer, "AMB", "amb ", "amb\u200b"),
    ):
        seen = await nobody.get(f"{here}/events")
        assert [each["version"] for each in seen.json()["events"]] == [1]
        answer = await nobody.post(f"{here}/wishes", WISH)
        assert (answer.status_code, answer.json()["code"]) == (403, "no-role-here")


async def test_a_role_is_granted_for_a_project_and_taken_back(
    trusting: Town, issuer: Issuer, here: str
) -> None:
    elsewhere = await trusting.start()
    number = here.rpartition("/")[2]
    carla = person(trusting, issuer, name="carla")
    assert (await carla.post(f"{here}/wishes", WISH)).status_code == 403
    granted = await grant(trusting, issuer, grant="voor-carla", subject="carla", projects=[number])
    assert granted.status_code == 201, granted.text
    actor, role = await actor_of(trusting, await carla.post(f"{here}/wishes", WISH))
    assert role == "official"
    refused = await carla.post(f"{elsewhere}/wishes", WISH)
    assert (refused.status_code, refused.json()["code"]) == (403, "no-role-here")
    started = await carla.post(f"{trusting.home}/projects", STEP_EXAMPLES["projects"])
    assert started.status_code == 403
    shown = (await trusting[Role.TENANT_ADMINISTRATOR].get(f"{trusting.home}/identity")).json()
    [told] = [each for each in shown["grants"] if each["grant"] == "voor-carla"]
    assert (told["subject"], told["projects"]) == (actor, [number])
    body = {"occurredOn": DAY, "grant": "voor-carla"}
    administrator = trusting[Role.TENANT_ADMINISTRATOR]
    assert (await administrator.post(f"{trusting.home}/grant-revocations", body)).status_code == 201
    assert (await carla.post(f"{here}/wishes", WISH)).status_code == 403


async def test_a_role_is_granted_to_a_group(trusting: Town, issuer: Issuer, here: str) -> None:
    await grant(trusting, issuer, group="/water", role="clerk")
    milestone = {"occurredOn": DAY, "title": "Licht aan"}
    for groups, expected in ((["/water"], 201), (["/Water"], 403), ("/water", 201), ([], 403)):
        dirk = person(trusting, issuer, name="dirk", groups=groups)
        assert (await dirk.post(f"{here}/milestones", milestone)).status_code == expected


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({}, "grantee-unclear"),
        ({"subject": "x", "group": "y"}, "grantee-unclear"),
        ({"subject": "x", "issuer": "https://elders.test"}, "unknown-reference"),
        ({"subject": "x", "role": "operator"}, "invalid-input"),
        ({"subject": "x", "projects": []}, "invalid-input"),
        ({"subject": "x", "projects": ["5e1f0a7c-5b1c-4f0e-9d53-2f9b8f2f4c11"]}, "invalid-input"),
        ({"subject": "x", "role": "tenant-administrator", "projects": "here"}, "role-is-for-all"),
    ],
)
async def test_a_grant_is_for_someone_somewhere(
    trusting: Town, issuer: Issuer, here: str, said: dict[str, Any], code: str
) -> None:
    if said.get("projects") == "here":
        said = {**said, "projects": [here.rpartition("/")[2]]}
    answer = await grant(trusting, issuer, **said)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def reads(app: Litestar, home: str, project: str) -> list[str]:
    """Give the addresses at which anyone reads something of a municipality."""
    kinds = {"uuid": project.rpartition("/")[2], "int": "2", "str": "geheim"}
    return [
        re.sub(r"\{\w+:(\w+)\}", lambda found: kinds[found[1]], path)
        for path in (
            route.path.replace("/v1/municipalities/{code:str}", home)
            for route in api_routes(app)
            if "GET" in route.methods
        )
        if path.startswith(home)
        and "/tree" not in path
        and not path.endswith(("/event-stream", "/receipt"))
    ]


async def test_a_role_in_one_project_shows_what_is_internal_of_that_one_only(
    app: Litestar, trusting: Town, issuer: Issuer, here: str
) -> None:
    number = here.rpartition("/")[2]
    elsewhere = await trusting.start()
    for project in (here, elsewhere):
        await trusting.take(project, "wishes", wish="geheim", title="Ge", visibility="internal")
    key = await trusting[Role.TENANT_ADMINISTRATOR].post(
        f"{trusting.home}/keys", {"role": "official", "label": "x", "projects": [number]}
    )
    await grant(trusting, issuer, subject="emma", projects=[number])
    limited = (
        As(trusting.anyone.client, key.json()["secret"]),
        person(trusting, issuer, name="emma"),
    )
    position = (await trusting.official.get(f"{here}/events")).json()["events"][-1]["position"]
    differs = set()
    for path in reads(app, trusting.home, elsewhere):
        address = f"{path}?minPosition={position}" if "{" not in path else path
        public = await trusting.anyone.get(path)
        for someone in limited:
            answer = await someone.get(path)
            expected = 403 if public.status_code == 401 else public.status_code
            assert answer.status_code == expected, path
            if public.status_code == 200:
                assert answer.content == public.content, address
        inside = path.replace(elsewhere, here)
        if inside != path and (await limited[0].get(inside)).status_code == 200:
            one = [await someone.get(inside) for someone in (*limited, trusting.official)]
            assert one[0].content == one[1].content == one[2].content, inside
            if one[0].content != (await trusting.anyone.get(inside)).content:
                differs.add(inside.removeprefix(here))
    assert {"/events", "/events/2", "/subjects", "/timeline"} <= differs


async def test_a_stream_tells_a_limited_principal_what_it_may_see(
    trusting: Town, issuer: Issuer, here: str
) -> None:
    elsewhere = await trusting.start()
    await grant(trusting, issuer, subject="fatima", projects=[here.rpartition("/")[2]])
    fatima = person(trusting, issuer, name="fatima")
    for project in (here, elsewhere):
        for visibility in ("internal", "public"):
            await trusting.take(project, "wishes", title=visibility, visibility=visibility)
    for address, first in (
        (f"{here}/event-stream?after=0", ["internal", "public"]),
        (f"{elsewhere}/event-stream?after=0", ["public"]),
    ):
        headers = {"Authorization": f"Bearer {fatima.key}"}
        client = trusting.anyone.client
        async with client.stream("GET", address, headers=headers) as stream:
            lines = (line async for line in stream.aiter_lines() if '"visibility"' in line)
            seen: list[str] = []
            async for line in lines:
                if '"WishExpressed"' in line:
                    seen.append("internal" if '"internal"' in line else "public")
                if len(seen) == len(first):
                    break
        assert seen == first


async def test_a_stream_ends_when_the_role_is_taken_back_that_it_is_told_under(
    trusting: Town, issuer: Issuer, here: str
) -> None:
    await grant(
        trusting, issuer, grant="voor-ida", subject="ida", projects=[here.rpartition("/")[2]]
    )
    ida = person(trusting, issuer, name="ida")
    headers = {"Authorization": f"Bearer {ida.key}"}
    client = trusting.anyone.client
    async with client.stream("GET", f"{here}/event-stream?after=0", headers=headers) as stream:
        lines = stream.aiter_lines()
        async for line in lines:
            if '"ProjectStarted"' in line:
                break
        administrator = trusting[Role.TENANT_ADMINISTRATOR]
        body = {"occurredOn": DAY, "grant": "voor-ida"}
        await administrator.post(f"{trusting.home}/grant-revocations", body)
        async with asyncio.timeout(10):
            assert not [line async for line in lines if "data" in line]
    async with client.stream("GET", f"{here}/event-stream?after=0", headers=headers) as stream:
        assert stream.status_code == 200  # it reads what is public, as anyone does


async def test_auditors_never_write_whatever_else_they_are(
    app: Litestar, trusting: Town, issuer: Issuer, here: str
) -> None:
    also = person(trusting, issuer, "rekenkamer", "amb", "griffie", "beheer", name="gert")
    kinds = {"uuid": here.rpartition("/")[2], "int": "1", "str": "key-x", "path": "x"}
    asked = 0
    for route in api_routes(app):
        for method in {*route.methods} - {"GET", "HEAD", "OPTIONS"}:
            path = route.path.replace("{code:str}", trusting.code)
            path = re.sub(r"\{\w+:(\w+)\}", lambda found: kinds[found[1]], path)
            if "/tree/" in path:
                continue  # a witness needs no key there
            for auditor in (trusting[Role.AUDITOR], also):
                answer = await auditor.send(method, path, {} if method == "POST" else None)
                outside = auditor is also and "{code" not in route.path
                assert answer.status_code == (401 if outside else 403), (method, path)
            asked += 1
    assert asked > 60
    assert (await also.get(f"{here}/replay")).status_code == 200


async def test_the_operator_may_have_a_token_too(
    client: httpx.AsyncClient, trusting: Town, issuer: Issuer, here: str
) -> None:
    claims = issuer.claims("olga", aud=OPERATORS, roles=["cocreate-operator"])
    olga = As(client, issuer.keys[0].sign(claims))
    body = {"occurredOn": DAY, "code": "GM9001", "name": "Nieuw"}
    assert (await olga.post("/v1/municipalities", body)).status_code == 201
    first = {"role": "tenant-administrator", "label": "Eerste"}
    made = await olga.post("/v1/municipalities/GM9001/keys", first)
    assert made.status_code == 201, made.text
    identity = "/v1/municipalities/GM9001/identity"
    assert (await As(client, made.json()["secret"]).get(identity)).status_code == 200
    assert (await olga.get(identity)).status_code == 403
    assert (await olga.get("/v1/projection-lags")).status_code == 200
    assert (await olga.get(f"{here}/events")).status_code == 200
    anna = person(trusting, issuer, "amb", "cocreate-operator")
    assert (await anna.post("/v1/municipalities", body)).status_code == 401
    assert (await anna.get("/v1/comparison?own=" + trusting.code)).status_code == 200
    assert (await anna.get("/v1/comparison?own=GM9001")).status_code == 401


# -- duties ---------------------------------------------------------------------------------------


async def give(someone: As, project: str, name: str) -> httpx.Response:
    day = REQUEST["occurredOn"]
    return await someone.post(f"{project}/approval-grants", {"occurredOn": day, "approval": name})


def request_body(**changes: object) -> dict[str, object]:
    """Give the example without an id, and without what it refers to."""
    left_out = ("approval", "neededFor")
    return {**{name: REQUEST[name] for name in REQUEST if name not in left_out}, **changes}


async def test_whoever_requests_an_approval_does_not_grant_it(
    trusting: Town, issuer: Issuer, here: str
) -> None:
    anna = person(trusting, issuer, "amb")
    boris = person(trusting, issuer, "amb", name="boris")
    asked = await anna.post(f"{here}/approvals", request_body(approval="kabel"))
    assert asked.status_code == 201, asked.text
    for someone in (anna, person(trusting, issuer, "amb", "griffie", "x")):
        refused = await give(someone, here, "kabel")
        assert (refused.status_code, refused.json()["code"]) == (403, "divided-duties")
        assert refused.json()["facts"] == {"approval": "kabel"}
    assert (await give(boris, here, "kabel")).status_code == 201
    assert (await give(anna, here, "geen")).json()["code"] == "unknown-reference"
    number = here.rpartition("/")[2]
    nowhere = here.replace(number, "5e1f0a7c-5b1c-4f0e-9d53-2f9b8f2f4c11")
    assert (await give(anna, nowhere, "kabel")).status_code == 404


async def test_nor_in_one_command_or_at_once(trusting: Town, issuer: Issuer, here: str) -> None:
    anna = person(trusting, issuer, "amb")
    version = (await anna.get(f"{here}/events")).json()["events"][-1]["version"]
    day = REQUEST["occurredOn"]
    for said, named in (("kabel", "kabel"), (None, f"A{version + 1}")):
        request = {"noun": "approvals", **request_body()}
        if said is not None:
            request["approval"] = said
        granted = {"noun": "approval-grants", "occurredOn": day, "approval": named}
        answer = await anna.post(f"{here}/commands", {"steps": [request, granted]})
        assert (answer.status_code, answer.json()["code"]) == (403, "divided-duties")
    answers = await asyncio.gather(
        *(give(anna, here, "kabel") for _ in range(5)),
        anna.post(f"{here}/approvals", request_body(approval="kabel")),
        *(give(anna, here, "kabel") for _ in range(10)),
    )
    assert [answer.status_code for answer in answers].count(201) == 1
    assert answers[5].status_code == 201


async def test_keys_divide_duties_where_the_municipality_says_so(
    client: httpx.AsyncClient,
) -> None:
    town = await found_town(client)
    administrator, project = town[Role.TENANT_ADMINISTRATOR], await town.start()

    async def key() -> tuple[str, As]:
        made = await administrator.post(f"{town.home}/keys", {"role": "official", "label": "x"})
        return made.json()["id"], As(client, made.json()["secret"])

    first, one = await key()
    _, other = await key()
    for name in ("a", "b", "c"):
        await one.post(f"{project}/approvals", request_body(approval=name))
    assert (await give(one, project, "a")).status_code == 201
    duties = {"occurredOn": DAY, "dividedForKeys": True}
    assert (await administrator.post(f"{town.home}/duties", duties)).status_code == 201
    assert (await give(one, project, "b")).json()["code"] == "divided-duties"
    rotated = await administrator.post(f"{town.home}/keys/{first}/rotations", {})
    successor = As(client, rotated.json()["secret"])
    assert (await give(successor, project, "b")).json()["code"] == "divided-duties"
    await successor.post(f"{project}/approvals", request_body(approval="d"))
    assert (await give(one, project, "d")).json()["code"] == "divided-duties"
    assert (await give(other, project, "b")).status_code == 201
    await administrator.post(f"{town.home}/duties", {**duties, "dividedForKeys": False})
    assert (await give(successor, project, "c")).status_code == 201


# -- giving account -------------------------------------------------------------------------------


async def test_the_administrator_finds_what_a_person_did(
    app: Litestar, trusting: Town, issuer: Issuer, here: str
) -> None:
    hans = person(trusting, issuer, "amb", name="hans")
    actor, _ = await actor_of(trusting, await hans.post(f"{here}/wishes", WISH))
    await hans.post(f"{here}/wishes", WISH)
    await grant(trusting, issuer, grant="voor-hans", subject="hans", role="clerk")
    search = {"issuer": issuer.origin, "subject": "hans"}
    administrator = trusting[Role.TENANT_ADMINISTRATOR]
    found = (await administrator.post(f"{trusting.home}/actor-searches", search)).json()
    assert found["actor"] == actor
    assert [each["grant"] for each in found["grants"]] == ["voor-hans"]
    assert [each["version"] for each in found["steps"]] == [2, 3]
    assert {each["type"] for each in found["steps"]} == {"WishExpressed"}
    assert found["next"] is None
    page = (
        await administrator.post(f"{trusting.home}/actor-searches", {**search, "limit": 1})
    ).json()
    rest = {**search, "after": page["next"]}
    more = (await administrator.post(f"{trusting.home}/actor-searches", rest)).json()
    assert [*page["steps"], *more["steps"]] == found["steps"]
    reader = app.state["parts"].service.reader
    noted = await reader.stream(trusting.code, log_reads_id(trusting.code))
    assert b"/actor-searches" in noted[-1].data
    assert b"hans" not in noted[-1].data
    for someone in (trusting.official, trusting[Role.AUDITOR], hans):
        assert (await someone.post(f"{trusting.home}/actor-searches", search)).status_code == 403


async def test_whom_a_municipality_lets_in_is_on_record_and_internal(
    app: Litestar, client: httpx.AsyncClient
) -> None:
    town = await found_town(client)
    administrator = town[Role.TENANT_ADMINISTRATOR]
    for noun, example in (
        ("issuers", {**ISSUER_EXAMPLE, "visibility": "public"}),
        ("role-grants", GRANT_EXAMPLE),
        ("grant-revocations", REVOCATION_EXAMPLE),
        ("duties", {**DUTIES_EXAMPLE, "visibility": "public"}),
        ("issuer-withdrawals", ISSUER_WITHDRAWAL_EXAMPLE),
    ):
        answer = await administrator.post(f"{town.home}/{noun}", example)
        assert answer.status_code == 201, answer.text
        for role in (Role.OFFICIAL, Role.CLERK, Role.READER, Role.OPERATOR):
            assert (await town[role].post(f"{town.home}/{noun}", {})).status_code == 403
    reader = app.state["parts"].service.reader
    events = await reader.stream(town.code, municipality_id(town.code))
    recorded = {event.type: event.public for event in events}
    assert recorded == {"MunicipalityRegistered": True} | dict.fromkeys(
        [event.__name__ for event in IDENTITY_EVENTS], False
    )
    shown = await administrator.get(f"{town.home}/identity")
    assert shown.json() == {"issuers": [], "grants": [], "dutiesDividedForKeys": True}
    for role in (Role.OFFICIAL, Role.CLERK, Role.READER, Role.OPERATOR):
        assert (await town[role].get(f"{town.home}/identity")).status_code == 403


async def test_every_denial_is_told(
    app: Litestar,
    monkeypatch: pytest.MonkeyPatch,
    trusting: Town,
    other_town: Town,
    issuer: Issuer,
    here: str,
) -> None:
    told: list[tuple[str, str | None, str | None]] = []
    access = app.state["parts"].access
    monkeypatch.setattr(access, "_denied", lambda *denial: told.append(denial))
    code, other = trusting.code, other_town.code
    anna, expired = person(trusting, issuer, "amb"), person(trusting, issuer, exp=1)
    await anna.post(f"{here}/approvals", request_body(approval="kabel"))
    for someone, method, path, expected in (
        (trusting.anyone, "POST", f"{here}/wishes", ("unauthenticated", code, None)),
        (As(trusting.anyone.client, "x"), "GET", here, ("malformed", code, None)),
        (
            As(trusting.anyone.client, f"cck_{code}_{'x' * 43}"),
            "GET",
            here,
            ("unknown-key", code, None),
        ),
        (expired, "GET", here, ("expired", code, None)),
        (trusting.official, "GET", f"{here}/replay", ("forbidden", code, "official")),
        (other_town.official, "GET", here, ("another-municipality", other, "official")),
        (
            other_town.official,
            "POST",
            f"{here}/wishes",
            ("another-municipality", other, "official"),
        ),
        (person(trusting, issuer), "POST", f"{here}/wishes", ("no-role-here", code, None)),
        (
            other_town.official,
            "GET",
            f"/v1/comparison?own={code}",
            ("another-municipality", other, "official"),
        ),
    ):
        told.clear()
        answer = await someone.send(method, path, {} if method == "POST" else None)
        assert answer.status_code in (401, 403, 404)
        assert told == [expected]
    told.clear()
    await give(anna, here, "kabel")
    assert told == [("divided-duties", code, "official")]
    told.clear()
    assert (await trusting.anyone.get(f"{trusting.home}/projects")).status_code == 200
    assert (await trusting.official.get(f"{here}/events/99")).status_code == 404
    assert told == []
