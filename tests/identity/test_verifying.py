"""Which tokens say anything: those that a trusted issuer signed, for us and for now."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from hashlib import sha256
from time import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from jwt.warnings import InsecureKeyLengthWarning
from tests.identity.issuing import AUDIENCE, Issuer, SigningKey, by_hand, issuing

from cocreate.domain.identity import Issuer as Terms
from cocreate.domain.identity import SigningAlgorithm
from cocreate.domain.vocabulary import Role
from cocreate.identity.fetching import Fetcher
from cocreate.identity.providers import Provider, Providers
from cocreate.identity.strict_json import Json
from cocreate.identity.verifying import (
    MAX_TOKEN_BYTES,
    TokenRefused,
    Verified,
    read,
    values_at,
    verify,
)

ALGORITHMS = ("RS256", "PS256", "ES256", "ES384", "EdDSA")


@pytest.fixture(scope="module")
async def issuer() -> AsyncIterator[Issuer]:
    async with issuing() as issuer:
        issuer.keys += [SigningKey(each, each) for each in ALGORITHMS[1:]]
        yield issuer


@pytest.fixture(scope="module")
async def provider(issuer: Issuer) -> AsyncIterator[Provider]:
    async with Fetcher([issuer.origin]) as fetcher:
        yield Providers(fetcher).of(issuer.origin)


def terms(issuer: Issuer, **changes: Any) -> Terms:
    said: dict[str, Any] = {
        "issuer": issuer.origin,
        "audience": AUDIENCE,
        "algorithms": tuple(SigningAlgorithm),
        "roles_claim": ("roles",),
        "roles": (("amb", Role.OFFICIAL),),
        "groups_claim": ("groups",),
        **changes,
    }
    return Terms(**said)


async def told(issuer: Issuer, provider: Provider, token: str, **changes: Any) -> Verified:
    return await verify(read(token), terms(issuer, **changes), provider)


async def refusal(issuer: Issuer, provider: Provider, token: str, **changes: Any) -> str:
    with pytest.raises(TokenRefused) as refused:
        await told(issuer, provider, token, **changes)
    return refused.value.reason


async def test_a_token_tells_who_someone_is(issuer: Issuer, provider: Provider) -> None:
    until = int(time()) + 60
    claims = issuer.claims("anna", roles=["amb", "x", 7, None], groups="water", exp=until)
    found = await told(issuer, provider, issuer.keys[0].sign(claims))
    assert found == Verified(
        issuer=issuer.origin,
        subject="anna",
        roles=frozenset({"amb", "x"}),
        groups=frozenset({"water"}),
        expires_at=until,
    )


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_every_safe_algorithm_is_taken_where_the_terms_have_it(
    issuer: Issuer, provider: Provider, algorithm: str
) -> None:
    [key] = [each for each in issuer.keys if each.algorithm == algorithm]
    token = key.sign(issuer.claims())
    assert (await told(issuer, provider, token)).subject == "anna"
    others = tuple(each for each in SigningAlgorithm if each != algorithm)
    assert await refusal(issuer, provider, token, algorithms=others) == "wrong-algorithm"


async def test_a_key_that_says_no_algorithm_signs_by_the_one_that_fits(
    issuer: Issuer, provider: Provider
) -> None:
    assert "alg" not in issuer.keys[0].published
    token = issuer.keys[0].sign(issuer.claims(), alg="PS384")
    assert (await told(issuer, provider, token)).subject == "anna"


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "", None, "HS256", "HS512", 1, []])
async def test_no_token_chooses_how_it_is_verified(
    issuer: Issuer, provider: Provider, algorithm: object
) -> None:
    for signature in (b"", b"x"):
        header = {"alg": algorithm, "kid": "one", "typ": "JWT"}
        token = by_hand(header, issuer.claims(), signature)
        assert await refusal(issuer, provider, token) == "wrong-algorithm"


async def test_a_public_key_is_no_secret_to_sign_with(issuer: Issuer, provider: Provider) -> None:
    public = issuer.keys[0].key.public_key()
    for form in (PublicFormat.SubjectPublicKeyInfo, PublicFormat.PKCS1):
        secret = public.public_bytes(Encoding.PEM, form)
        unsigned = by_hand({"alg": "HS256", "kid": "one"}, issuer.claims()).rpartition(".")[0]
        signature = hmac.digest(secret, unsigned.encode(), "sha256")
        token = f"{unsigned}.{urlsafe_b64encode(signature).rstrip(b'=').decode()}"
        assert await refusal(issuer, provider, token) == "wrong-algorithm"


async def test_a_signature_holds_for_what_was_signed_only(
    issuer: Issuer, provider: Provider
) -> None:
    header, claims, signature = issuer.token().split(".")
    other = issuer.token("boris").split(".")
    assert await refusal(issuer, provider, ".".join((header, other[1], signature))) == (
        "wrong-signature"
    )
    assert await refusal(issuer, provider, f"{header}.{claims}.") == "wrong-signature"
    stranger = SigningKey("one").sign(issuer.claims())
    assert await refusal(issuer, provider, stranger) == "wrong-signature"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"aud": "https://elders.test"}, "wrong-audience"),
        ({"aud": ["https://elders.test"]}, "wrong-audience"),
        ({"aud": []}, "wrong-claims"),
        ({"aud": {"x": AUDIENCE}}, "wrong-audience"),
        ({"aud": None}, "wrong-claims"),
        ({"sub": None}, "wrong-claims"),
        ({"sub": ""}, "wrong-claims"),
        ({"sub": "x" * 256}, "wrong-claims"),
        ({"exp": None}, "wrong-claims"),
        ({"exp": "over een uur"}, "wrong-claims"),
        ({"exp": True}, "expired"),
        ({"exp": [9_999_999_999]}, "wrong-claims"),
    ],
)
async def test_a_token_is_for_us_and_says_of_whom_and_until_when(
    issuer: Issuer, provider: Provider, changes: dict[str, object], reason: str
) -> None:
    token = issuer.keys[0].sign(issuer.claims(**changes))
    assert await refusal(issuer, provider, token) == reason


async def test_one_of_several_audiences_is_enough(issuer: Issuer, provider: Provider) -> None:
    token = issuer.token(aud=["https://elders.test", AUDIENCE])
    assert (await told(issuer, provider, token)).subject == "anna"


async def test_the_issuer_is_the_one_of_the_terms(issuer: Issuer, provider: Provider) -> None:
    for other in (f"{issuer.origin}/", issuer.origin.upper(), "https://elders.test"):
        token = issuer.keys[0].sign(issuer.claims(iss=other))
        assert await refusal(issuer, provider, token) == "wrong-claims"


@pytest.mark.parametrize(
    ("claim", "offset", "reason"),
    [("exp", -1, "expired"), ("nbf", 1, "not-yet-valid"), ("iat", 1, "not-yet-valid")],
)
async def test_clocks_may_differ_by_as_much_as_the_terms_say(
    issuer: Issuer, provider: Provider, claim: str, offset: int, reason: str
) -> None:
    now = int(time())
    within = issuer.keys[0].sign(issuer.claims(**{claim: now + offset * 30}))
    beyond = issuer.keys[0].sign(issuer.claims(**{claim: now + offset * 90}))
    assert (await told(issuer, provider, within, clock_skew_seconds=60)).subject == "anna"
    assert await refusal(issuer, provider, within, clock_skew_seconds=0) == reason
    assert await refusal(issuer, provider, beyond, clock_skew_seconds=60) == reason


@pytest.mark.parametrize("kind", [None, "JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt"])
async def test_a_token_is_an_access_token_or_says_no_more(
    issuer: Issuer, provider: Provider, kind: str | None
) -> None:
    token = issuer.keys[0].sign(issuer.claims(), typ=kind)
    assert (await told(issuer, provider, token)).subject == "anna"


@pytest.mark.parametrize("kind", ["logout+jwt", "dpop+jwt", "secevent+jwt", ""])
async def test_a_token_for_something_else_is_refused(
    issuer: Issuer, provider: Provider, kind: object
) -> None:
    token = by_hand({"alg": "RS256", "kid": "one", "typ": kind}, issuer.claims())
    assert await refusal(issuer, provider, token) == "wrong-type"


async def test_what_a_token_says_of_keys_is_not_looked_at(
    issuer: Issuer, provider: Provider
) -> None:
    mine = SigningKey("mijn")
    issuer.answers["/mijn"] = (200, {}, json.dumps({"keys": [mine.published]}).encode())
    before = list(issuer.asked)
    for header in (
        {"jku": f"{issuer.origin}/mijn"},
        {"x5u": f"{issuer.origin}/mijn"},
        {"jwk": mine.published},
        {"x5c": ["MIIB"]},
    ):
        token = mine.sign(issuer.claims(), kid="one", **header)
        assert await refusal(issuer, provider, token) == "wrong-signature"
    assert issuer.asked == before
    fine = issuer.keys[0].sign(issuer.claims(), jku=f"{issuer.origin}/mijn")
    assert (await told(issuer, provider, fine)).subject == "anna"


@pytest.mark.parametrize("critical", [["exp"], ["b64"], [], None, "x"])
async def test_whatever_is_critical_is_not_understood(
    issuer: Issuer, provider: Provider, critical: object
) -> None:
    header = {"alg": "RS256", "kid": "one", "crit": critical, "b64": False}
    token = by_hand(header, issuer.claims())
    assert await refusal(issuer, provider, token) == "critical-header"


@pytest.mark.parametrize("kid", ["twee", "ONE", "one ", "../one", "on\u0435"])
async def test_a_key_is_found_by_its_name_to_the_letter(
    issuer: Issuer, provider: Provider, kid: str
) -> None:
    token = issuer.keys[0].sign(issuer.claims(), kid=kid)
    assert await refusal(issuer, provider, token) == "unknown-key"


async def test_a_name_does_not_make_another_kind_of_key_fit(
    issuer: Issuer, provider: Provider
) -> None:
    token = issuer.keys[0].sign(issuer.claims(), kid="ES256")
    assert await refusal(issuer, provider, token) == "unknown-key"
    curve = next(each for each in issuer.keys if each.kid == "ES384")
    forged = by_hand({"alg": "ES256", "kid": "ES384"}, issuer.claims())
    assert await refusal(issuer, provider, forged) == "unknown-key"
    assert curve.published["crv"] == "P-384"


@pytest.mark.parametrize(
    "token",
    [
        "..",
        "a.b",
        "a.b.c.d",
        "a.b.c.d.e",
        "\u00e9.b.c",
        by_hand(b"[]", {"iss": "x"}),
        by_hand({"alg": "RS256"}, b"[]"),
        by_hand({"alg": "RS256"}, b"{"),
        by_hand({"alg": "RS256"}, {"iss": ["x"]}),
        by_hand({"alg": "RS256"}, {}),
        by_hand({"alg": "RS256"}, b'{"iss":"x","exp":1,"exp":9999999999}'),
        by_hand(b'{"alg":"RS256","alg":"none"}', {"iss": "x"}),
        by_hand({"alg": "RS256"}, b'{"iss":"x","realm_access":{"roles":[],"roles":["amb"]}}'),
        by_hand({"alg": "RS256"}, b'{"iss":"x","exp":NaN}'),
        by_hand({"alg": "RS256"}, b'{"iss":"x","exp":Infinity}'),
        by_hand({"alg": "RS256"}, b'{"iss":"x","exp":1e999}'),
        by_hand({"alg": "RS256"}, b'{"iss":"x","a":' + b"[" * 2_900 + b"]" * 2_900 + b"}"),
        by_hand({"alg": "RS256"}, b'{"iss":"\xff"}'),
        by_hand({"alg": "RS256"}, {"iss": "x", "roles": ["x" * MAX_TOKEN_BYTES]}),
    ],
)
def test_what_two_readers_might_read_differently_is_no_token(token: str) -> None:
    with pytest.raises(TokenRefused, match="malformed"):
        read(token)


@given(st.text(max_size=200) | st.from_regex(r"\A[\w-]{0,60}\.[\w-]{0,60}\.[\w-]{0,60}\Z"))
def test_no_text_makes_reading_fail_in_another_way(text: str) -> None:
    with pytest.raises(TokenRefused):
        read(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


@given(JSON, st.lists(st.text(max_size=3), max_size=3))
def test_a_claim_of_any_shape_gives_texts_or_nothing(claim: Any, path: list[str]) -> None:
    found = values_at({"roles": claim}, ["roles", *path])
    assert all(isinstance(each, str) for each in found)


def test_values_are_taken_to_the_letter() -> None:
    # The second has a Cyrillic letter; the third is what a decomposed one looks like.
    told: list[Json] = ["ambtenaar", "\u0430mbtenaar", "ge\u0308rfd", "Ambtenaar", "ambtenaar "]
    assert values_at({"roles": told}, ("roles",)) == frozenset(told)
    assert values_at({"roles": "a b"}, ("roles",)) == {"a b"}
    assert values_at({"scope": "a b"}, ("scope",)) == {"a", "b"}
    assert values_at({"x": {"scope": "a b"}}, ("x", "scope")) == {"a b"}
    assert values_at({"a.b": {"c": ["d"]}}, ("a.b", "c")) == {"d"}
    assert values_at({"roles": {"amb": True}}, ("roles",)) == frozenset()


async def test_small_keys_and_keys_for_other_uses_sign_nothing() -> None:
    rsa_key = rsa.generate_private_key(65_537, 2_048)
    sealing, other, private, own = (
        SigningKey(kid, key=rsa_key) for kid in ("zegel", "anders", "gelekt", "eigen")
    )
    sealing.published["use"] = "enc"
    other.published["alg"] = "RS512"
    private.published["d"] = "AQAB"
    own.published["key_ops"] = ["encrypt"]
    small = SigningKey("klein", bits=1_024)
    secret = {"kty": "oct", "kid": "geheim", "k": urlsafe_b64encode(sha256(b"").digest()).decode()}
    published = [each.published for each in (small, sealing, other, private, own)]
    keys = json.dumps({"keys": [*published, secret, "x", 1]}).encode()
    async with issuing() as careless, Fetcher([careless.origin]) as fetcher:
        careless.answers["/jwks"] = (200, {}, keys)
        provider = Providers(fetcher).of(careless.origin)
        for key in (sealing, other, private, own):
            token = key.sign(careless.claims())
            assert await refusal(careless, provider, token) == "unknown-key"
        with pytest.warns(InsecureKeyLengthWarning):
            token = small.sign(careless.claims())
        assert await refusal(careless, provider, token) == "unknown-key"


async def test_a_token_without_the_name_of_a_key_needs_an_issuer_with_one_that_fits(
    issuer: Issuer, provider: Provider
) -> None:
    assert (
        await told(issuer, provider, issuer.keys[3].sign(issuer.claims(), kid=None))
    ).subject == "anna"  # the one key on its curve
    token = issuer.keys[0].sign(issuer.claims(), kid=None)
    assert await refusal(issuer, provider, token) == "unknown-key"  # of RSA there are two
