"""Nothing of an internal step, of another municipality, or of someone erased is on any page."""

from __future__ import annotations

import pytest
from litestar import Litestar
from tests.api.conftest import As
from tests.web.conftest import Demonstration, Visitor, filled, page_templates

from cocreate.demo.seeding import HOME, catch_up
from cocreate.domain.vocabulary import Role

PLANTED = "Zeldzaamwoord"
PERSON = "Zanneke"
ELSEWHERE = "GM0014"
DAY = "2026-01-05"
SKIPPED = ("/sign-in/issuer", "/sign-in/done")
"""How addresses end that lead elsewhere."""


@pytest.fixture(scope="module")
async def planted(demonstration: Demonstration) -> Demonstration:
    """The demonstration with words planted in what is internal, and in another municipality."""
    official = As(demonstration.client, demonstration.told.keys[Role.OFFICIAL])
    operator = As(demonstration.client, demonstration.told.keys[Role.OPERATOR])
    project = f"/v1/municipalities/{HOME}/projects/{demonstration.told.tunnel}"
    hidden = {"occurredOn": DAY, "title": f"{PLANTED} hier", "visibility": "internal"}
    for noun, more in (
        ("wishes", {"text": f"{PLANTED} hier"}),
        ("proposals", {"text": f"{PLANTED} hier"}),
        ("obstacles", {"category": "money", "department": f"{PLANTED} hier"}),
        ("sessions", {"workForm": "other"}),
        ("commitments", {"by": f"{PLANTED} hier", "to": "raad", "dueOn": "2026-02-01"}),
        ("milestones", {}),
    ):
        answer = await official.post(f"{project}/{noun}", {**hidden, **more})
        assert answer.status_code == 201, (noun, answer.text)
    await plant_in_an_internal_project(official)
    await plant_in_an_internal_correction(official)
    keys = f"/v1/municipalities/{ELSEWHERE}/keys"
    made = await operator.post(keys, {"role": "tenant-administrator", "label": "Daar"})
    administrator = As(demonstration.client, made.json()["secret"])
    made = await administrator.post(keys, {"role": "official", "label": "Daar"})
    there = As(demonstration.client, made.json()["secret"])
    started = {
        "occurredOn": DAY,
        "title": f"{PLANTED} daar",
        "sector": "care",
        "initiative": "residents",
        "department": f"{PLANTED} daar",
    }
    begun = await there.post(f"/v1/municipalities/{ELSEWHERE}/projects", started)
    assert begun.status_code == 201, begun.text
    wish = {"occurredOn": DAY, "title": f"{PLANTED} daar"}
    told = await there.post(f"{begun.headers['location']}/wishes", wish)
    assert told.status_code == 201, told.text
    await catch_up(demonstration.app.state["parts"].service)
    return demonstration


async def plant_in_an_internal_project(official: As) -> None:
    """Take public steps in a project of which the public knows nothing else."""
    started = {
        "occurredOn": DAY,
        "title": f"{PLANTED} hier",
        "sector": "care",
        "initiative": "residents",
        "department": f"{PLANTED} hier",
        "place": f"{PLANTED} hier",
        "visibility": "internal",
    }
    begun = await official.post(f"/v1/municipalities/{HOME}/projects", started)
    assert begun.status_code == 201, begun.text
    public = {"occurredOn": DAY, "title": "Openbaar", "visibility": "public"}
    for noun, more in (
        ("wishes", {}),
        ("proposals", {}),
        ("obstacles", {"category": "money", "department": "Openbare ruimte"}),
        ("commitments", {"by": "college", "to": "raad", "dueOn": "2026-02-01"}),
        (
            "approvals",
            {"kind": "permit", "authority": "college", "procedure": "omgevingswet-regular"},
        ),
    ):
        answer = await official.post(f"{begun.headers['location']}/{noun}", {**public, **more})
        assert answer.status_code == 201, (noun, answer.text)


async def plant_in_an_internal_correction(official: As) -> None:
    """Correct a public project where the public does not see it."""
    started = {
        "occurredOn": DAY,
        "title": "Openbaar",
        "sector": "care",
        "initiative": "residents",
        "department": "Openbare ruimte",
    }
    begun = await official.post(f"/v1/municipalities/{HOME}/projects", started)
    assert begun.status_code == 201, begun.text
    project = begun.headers["location"]
    wish = await official.post(f"{project}/wishes", {"occurredOn": DAY, "title": "Openbaar"})
    assert wish.status_code == 201, wish.text
    changes = {"title": f"{PLANTED} hier", "department": f"{PLANTED} hier"}
    corrected = {
        "occurredOn": DAY,
        "step": 1,
        "changes": changes,
        "reason": f"{PLANTED} hier",
        "visibility": "internal",
    }
    answer = await official.post(f"{project}/corrections", corrected)
    assert answer.status_code == 201, answer.text


def pages(app: Litestar, planted: Demonstration) -> list[str]:
    return [
        path
        for template in page_templates(app)
        if not template.endswith(SKIPPED)
        for path in filled(template, planted)
    ]


async def test_anyone_finds_nothing_that_is_internal_or_of_another_municipality(
    app: Litestar, planted: Demonstration
) -> None:
    visitor = await planted.visitor(None)
    asked = pages(app, planted)
    assert len(asked) > 30
    for path in asked:
        for language in ("nl", "en"):
            answer = await visitor.get(f"/{language}{path[3:]}")
            assert answer.status_code < 500, path
            assert PLANTED not in answer.text, path


@pytest.mark.parametrize("role", [Role.OFFICIAL, Role.AUDITOR])
async def test_those_inside_find_what_is_internal_and_nothing_of_another_municipality(
    app: Litestar, planted: Demonstration, role: Role
) -> None:
    visitor = await planted.visitor(role)
    found = set()
    for path in pages(app, planted):
        answer = await visitor.get(path)
        assert answer.status_code < 500, path
        assert f"{PLANTED} daar" not in answer.text, path
        if f"{PLANTED} hier" in answer.text:
            found.add(path)
    assert len(found) > 5


async def test_a_session_of_here_finds_nothing_internal_there(
    app: Litestar, planted: Demonstration
) -> None:
    visitor = await planted.visitor(Role.OFFICIAL)
    there = await visitor.get(f"/nl/{ELSEWHERE}")
    assert "Inloggen voor medewerkers" in there.text
    for path in pages(app, planted):
        elsewhere = await visitor.get(path.replace(HOME, ELSEWHERE))
        assert elsewhere.status_code < 500
        assert f"{PLANTED} hier" not in elsewhere.text, path


async def test_every_page_says_what_it_may_do_and_holds_no_script_or_style_of_its_own(
    app: Litestar, planted: Demonstration
) -> None:
    visitor = await planted.visitor(Role.AUDITOR)
    for path in pages(app, planted):
        answer = await visitor.get(path)
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy, path
        assert "unsafe" not in policy, path
        assert " style=" not in answer.text, path
        assert " onclick=" not in answer.text, path
        if not path.endswith("/report"):  # whose one style is named in its policy by its hash
            assert "<style" not in answer.text, path
            assert "<script>" not in answer.text, path
        if "no-store" not in answer.headers["cache-control"]:
            assert path == "/nl", path  # which is the same for all


async def test_what_an_auditor_reads_on_pages_is_on_record(planted: Demonstration) -> None:
    administrator = As(planted.client, planted.told.keys[Role.TENANT_ADMINISTRATOR])
    keys = f"/v1/municipalities/{HOME}/keys"
    made = await administrator.post(keys, {"role": "auditor", "label": "Rekenkamer"})
    visitor = Visitor(planted.client)
    await visitor.sign_in(HOME, made.json()["secret"])
    reader = planted.app.state["parts"].service.reader
    before = await reader.head(HOME)
    page = f"/nl/{HOME}/projects/{planted.told.tunnel}/report"
    assert (await visitor.get(page)).status_code == 200
    [read] = await reader.log(HOME, after=before, limit=10)
    assert (read.type, read.actor_role) == ("LogRead", Role.AUDITOR)
    assert b"/report" in read.data
    # Once a day is enough for one address, and another language tells nothing else.
    assert (await visitor.get(page.replace("/nl/", "/en/"))).status_code == 200
    assert await reader.head(HOME) == before + 1


async def test_who_was_erased_is_on_no_page_any_more(app: Litestar, planted: Demonstration) -> None:
    official = As(planted.client, planted.told.keys[Role.OFFICIAL])
    administrator = As(planted.client, planted.told.keys[Role.TENANT_ADMINISTRATOR])
    project = f"/v1/municipalities/{HOME}/projects/{planted.told.tunnel}"
    named = {
        "parties": {
            "party": "sanne",
            "kind": "resident",
            "position": "external",
            "name": f"{PERSON} de Wit",
            "contact": f"{PERSON}@example.nl",
            "role": f"Buurvrouw {PERSON}",
        },
        "mandates": {"role": "gives-account", "party": "sanne", "body": "college"},
        "wishes": {"wish": "sannes", "title": "Een bankje", "by": "sanne", "text": PERSON},
        "obstacles": {"title": "Geen plek", "category": "money", "owner": "sanne"},
    }
    for noun, said in named.items():
        answer = await official.post(f"{project}/{noun}", {"occurredOn": DAY, **said})
        assert answer.status_code == 201, (noun, answer.text)
    service = planted.app.state["parts"].service
    await catch_up(service)
    visitor = await planted.visitor(Role.OFFICIAL)
    party = f"/nl/{HOME}/projects/{planted.told.tunnel}/subjects/sanne"
    assert PERSON in (await visitor.get(party)).text
    before = await service.reader.head(HOME)
    erasure = {"occurredOn": DAY, "party": "sanne", "ground": "objection"}
    erased = await administrator.post(f"{project}/erasures", erasure)
    assert erased.status_code in (200, 201), erased.text
    await catch_up(service)
    for path in (*pages(app, planted), party, f"{party}?asOf={before}"):
        assert PERSON not in (await visitor.get(path)).text, path
