"""The page on which anyone sees for themselves that nothing in the log was changed."""

from __future__ import annotations

import re
from html import unescape

import httpx
import pytest
from tests.api.conftest import Town, found_town
from tests.conftest import CHECKOUT

from cocreate.domain.steps import EVENTS

STATIC = CHECKOUT / "src/cocreate/web/static"


@pytest.fixture(scope="module")
async def town(client: httpx.AsyncClient) -> Town:
    return await found_town(client)


async def page(client: httpx.AsyncClient, path: str) -> str:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


async def receipt_of_first(town: Town) -> str:
    project = await town.start()
    address = f"{project}/events/1/receipt"
    assert (await town.anyone.get(address)).status_code == 200
    return address


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_it_shows_how_the_log_stands_and_by_which_keys(
    town: Town, client: httpx.AsyncClient, language: str
) -> None:
    await receipt_of_first(town)
    said = (await client.get(f"{town.home}/tree/verifier-keys")).json()
    checkpoint = (await client.get(f"{town.home}/tree/checkpoint")).text.split("\n")
    shown = unescape(await page(client, f"/{language}/{town.code}/trust"))
    assert f"<code>{said['origin']}</code>" in shown
    for key in (*said["keys"], *said["witnesses"]):
        assert f'<code class="verifier-key">{key}</code>' in shown
    assert f'data-origin="{said["origin"]}"' in shown
    assert f'data-keys="{" ".join(said["keys"])}"' in shown
    size = re.search(r"<dd>(\d+) (?:stappen|steps)</dd>", shown)
    assert size is not None
    assert int(size[1]) >= int(checkpoint[1])


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_the_page_has_a_text_for_all_that_the_check_may_find(
    town: Town, client: httpx.AsyncClient, language: str
) -> None:
    await receipt_of_first(town)
    shown = await page(client, f"/{language}/{town.code}/trust")
    texts = dict(re.findall(r'<p data-text="([^"]+)">([^<]+)</p>', shown))
    script = (STATIC / "proof.js").read_text()
    [steps] = re.findall(r"STEPS = \[([^\]]+)\]", script)
    reasons = set(
        re.findall(
            r'(?:wrong|unknown|textOf|readNote|readCheckpoint)\([^()]*"([a-z0-9-]+)"', script
        )
    )
    assert {"too-small", "unreachable", "other-log"} <= reasons
    for step in re.findall(r'"(\w+)"', steps):
        assert f"step-{step}" in texts
        assert f"{step}-ok" in texts
    for reason in reasons:
        assert any(name.endswith(f"-{reason}") for name in texts), reason
    for kind in EVENTS:
        assert f"event-{kind}" in texts
    names = re.findall(
        r'text\(\{\}, "([a-z-]+)"|say\("([a-z-]+)"', (STATIC / "trust.js").read_text()
    )
    assert names
    for name in names:
        assert "".join(name) in texts


async def test_what_is_filled_in_is_named_as_the_script_names_it(
    town: Town, client: httpx.AsyncClient
) -> None:
    await receipt_of_first(town)
    shown = await page(client, f"/nl/{town.code}/trust")
    filled_in = set(re.findall(r"\{(\w+)\}", shown))
    assert filled_in == {"position", "origin", "key", "size", "before"}
    script = (STATIC / "proof.js").read_text()
    for name in filled_in:
        assert re.search(rf"\b{name}[,:]? ?", script)


async def test_no_text_stands_in_a_script() -> None:
    for name in ("proof.js", "trust.js"):
        script = re.sub(r"//.*|/\*\*?.*?\*/", "", (STATIC / name).read_text(), flags=re.DOTALL)
        said = [each for each in re.findall(r'"([^"]*)"', script) if " " in each.strip()]
        # What stands there with a space are class names and the beginnings of lines.
        assert all(each == each.lower() for each in said), said


async def test_one_comes_to_it_with_a_receipt_of_this_server(
    town: Town, client: httpx.AsyncClient
) -> None:
    address = await receipt_of_first(town)
    shown = await page(client, f"/nl/{town.code}/trust?receipt={address}")
    assert f'data-receipt="{address}"' in shown


@pytest.mark.parametrize(
    "address",
    ["https://elders.test/v1/municipalities/GM0001/events/1/receipt", "//elders.test", "/v1"],
)
async def test_no_receipt_is_fetched_from_elsewhere(
    town: Town, client: httpx.AsyncClient, address: str
) -> None:
    answer = await client.get(f"/nl/{town.code}/trust", params={"receipt": address})
    assert answer.status_code == 400
    assert "<code>receipt</code>" in answer.text


async def test_the_scripts_are_served_as_scripts(town: Town, client: httpx.AsyncClient) -> None:
    await receipt_of_first(town)
    answer = await client.get(f"/nl/{town.code}/trust")
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    [script] = re.findall(r'<script type="module" src="([^"]+)"', answer.text)
    for each in (script, script.replace("trust.js", "proof.js")):
        served = await client.get(each)
        assert served.status_code == 200
        assert served.headers["content-type"].startswith("text/javascript")
