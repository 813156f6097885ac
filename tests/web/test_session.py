"""Sessions: a cookie that only this server can read, for one municipality, from pages of ours."""

from __future__ import annotations

from base64 import b64encode
from secrets import token_bytes
from time import time

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.api.conftest import Town, found_town
from tests.web.conftest import SIGNED_IN, Visitor

from cocreate.domain.vocabulary import Role
from cocreate.settings import Settings
from cocreate.web.session import SIGNED_IN as UNDER
from cocreate.web.session import SignedIn, sessions

SIGN_OUT = "Uitloggen"


async def came_in(town: Town, role: Role) -> Visitor:
    visitor = Visitor(town.anyone.client)
    key = town[role].key
    assert key is not None
    await visitor.sign_in(town.code, key)
    return visitor


@pytest.mark.parametrize("role", SIGNED_IN)
async def test_whoever_has_a_key_of_the_municipality_is_signed_in_with_its_role(
    town: Town, role: Role
) -> None:
    visitor = await came_in(town, role)
    page = (await visitor.get(f"/en/{town.code}")).text
    assert "Sign out" in page
    await visitor.post(f"/nl/{town.code}/sign-out", {})
    assert SIGN_OUT not in (await visitor.get(f"/nl/{town.code}")).text


async def test_the_cookie_is_for_this_server_alone(town: Town) -> None:
    visitor = Visitor(town.anyone.client)
    answer = await visitor.post(f"/nl/{town.code}/sign-in", {"key": str(town.official.key)})
    for cookie in answer.headers.get_list("set-cookie"):
        said = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"httponly", "secure", "samesite=lax", "path=/"} <= said
        assert str(town.official.key) not in cookie
    assert answer.headers.get_list("set-cookie")


async def test_pages_for_anyone_set_no_cookie(town: Town, project: str) -> None:
    page = f"/nl/{town.code}/projects/{project.rpartition('/')[2]}"
    for path in ("/nl", f"/nl/{town.code}", page, f"/nl/{town.code}/sign-in"):
        assert "set-cookie" not in (await town.anyone.client.get(path)).headers


async def test_a_session_counts_in_its_own_municipality_only(town: Town, other_town: Town) -> None:
    hidden = await other_town.start(title="Verborgen in een ander", visibility="internal")
    visitor = await came_in(town, Role.OFFICIAL)
    assert SIGN_OUT in (await visitor.get(f"/nl/{town.code}")).text
    elsewhere = await visitor.get(f"/nl/{other_town.code}")
    assert elsewhere.status_code == 200
    assert SIGN_OUT not in elsewhere.text
    page = f"/nl/{other_town.code}/projects/{hidden.rpartition('/')[2]}"
    assert (await visitor.get(page)).status_code == 404


async def test_a_key_of_another_municipality_lets_nobody_in(town: Town, other_town: Town) -> None:
    visitor = Visitor(town.anyone.client)
    for key in (str(other_town.official.key), "cck_", "", f"cck_{town.code}_{'x' * 43}"):
        answer = await visitor.post(f"/nl/{town.code}/sign-in", {"key": key})
        assert answer.status_code == 422
        assert "Deze sleutel klopt niet" in answer.text
        assert len(key) < 5 or key not in answer.text
    assert not visitor.cookies


async def test_a_revoked_key_lets_nobody_stay(town: Town) -> None:
    administrator = town[Role.TENANT_ADMINISTRATOR]
    made = await administrator.post(f"{town.home}/keys", {"role": "official", "label": "Kort"})
    visitor = Visitor(town.anyone.client)
    await visitor.sign_in(town.code, made.json()["secret"])
    assert SIGN_OUT in (await visitor.get(f"/nl/{town.code}")).text
    await administrator.delete(made.headers["location"])
    answer = await visitor.get(f"/nl/{town.code}")
    assert SIGN_OUT not in answer.text
    assert answer.status_code in (200, 401)


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
async def test_what_a_page_of_another_site_sends_is_refused(town: Town, site: str) -> None:
    visitor = Visitor(town.anyone.client)
    form = {"key": str(town.official.key)}
    sent = {"Sec-Fetch-Site": site, "Origin": visitor.origin}
    answer = await visitor.send("POST", f"/nl/{town.code}/sign-in", form, sent)
    assert answer.status_code == 403
    assert "Verstuurd vanaf een andere website" in answer.text
    assert not visitor.cookies


@pytest.mark.parametrize("origin", [None, "null", "https://kwaad.example", "http://127.0.0.1:1"])
async def test_so_is_what_an_old_browser_sends_from_elsewhere(
    town: Town, origin: str | None
) -> None:
    visitor = Visitor(town.anyone.client)
    sent = {} if origin is None else {"Origin": origin}
    answer = await visitor.send("POST", f"/nl/{town.code}/sign-out", {}, sent)
    assert answer.status_code == 403


async def test_the_api_takes_no_session(town: Town) -> None:
    visitor = await came_in(town, Role.TENANT_ADMINISTRATOR)
    assert (await visitor.get(f"{town.home}/keys")).status_code == 401


@trying(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cookie=st.one_of(
        st.text(
            st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=';,"\\'),
            max_size=300,
        ),
        st.binary(min_size=1, max_size=200).map(lambda data: data.hex()),
    )
)
async def test_a_cookie_that_was_made_up_is_nobody(town: Town, cookie: str) -> None:
    visitor = Visitor(town.anyone.client)
    visitor.cookies = {"__Host-session": cookie}
    answer = await visitor.get(f"/nl/{town.code}")
    assert answer.status_code == 200
    assert SIGN_OUT not in answer.text


async def test_a_cookie_that_was_tampered_with_is_nobody(client: httpx.AsyncClient) -> None:
    town = await found_town(client)
    visitor = await came_in(town, Role.OFFICIAL)
    [(name, value)] = visitor.cookies.items()
    middle = len(value) // 3
    for changed in (
        value[:-9],
        value[:middle] + ("A" if value[middle] != "A" else "B") + value[middle + 1 :],
        value[::-1],
    ):
        visitor.cookies = {name: changed}
        answer = await visitor.get(f"/nl/{town.code}")
        assert answer.status_code == 200
        assert SIGN_OUT not in answer.text


@pytest.mark.parametrize("until", [-1, 60])
async def test_a_session_ends_by_itself(town: Town, settings: Settings, until: int) -> None:
    """The same cookie counts before its time is over, and not after."""
    held = SignedIn(town.code, str(town.official.key), int(time()) + until)
    visitor = Visitor(town.anyone.client)
    visitor.cookies = {"__Host-session": sealed(settings, held)}
    page = (await visitor.get(f"/nl/{town.code}")).text
    assert (SIGN_OUT in page) == (until > 0)


async def test_a_session_of_another_server_is_nobody(town: Town, settings: Settings) -> None:
    held = SignedIn(town.code, str(town.official.key), int(time()) + 60)
    other = replace(settings, master_key=b64encode(token_bytes(32)).decode())
    visitor = Visitor(town.anyone.client)
    visitor.cookies = {"__Host-session": sealed(other, held)}
    answer = await visitor.get(f"/nl/{town.code}")
    assert answer.status_code == 200
    assert SIGN_OUT not in answer.text


@pytest.mark.parametrize(
    "said", [{"code": 1}, {"code": "GM0001"}, "wat", None, ["a"], {"credential": "x"}]
)
async def test_a_session_of_another_release_is_nobody(
    town: Town, settings: Settings, said: object
) -> None:
    visitor = Visitor(town.anyone.client)
    visitor.cookies = {"__Host-session": sealed(settings, said)}
    answer = await visitor.get(f"/nl/{town.code}")
    assert answer.status_code == 200
    assert SIGN_OUT not in answer.text


@pytest.mark.parametrize(
    "beside",
    [b"nothing", b"{}", b"[]", b"1", b'{"expires_at": "late"}', b'{"expires_at": 99999999999}'],
)
async def test_what_stands_beside_a_session_unsealed_is_not_believed(
    town: Town, beside: bytes
) -> None:
    for sent in (b"", b"x", b"x" * 40):
        visitor = Visitor(town.anyone.client)
        value = b64encode(sent + b"additional_authenticated_data=" + beside).decode()
        visitor.cookies = {"__Host-session": value}
        answer = await visitor.get(f"/nl/{town.code}")
        assert answer.status_code == 200, (sent, beside)
        assert SIGN_OUT not in answer.text


def sealed(settings: Settings, held: object) -> str:
    """Give the cookie of a session that holds something."""
    backend = sessions(settings)._backend_class(sessions(settings))
    [cookie] = backend.dump_data({UNDER: msgspec.to_builtins(held)})
    return cookie.decode()
