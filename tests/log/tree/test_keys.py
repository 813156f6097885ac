"""Keys have one text form, tell themselves apart, and sign for what they are."""

from __future__ import annotations

import traceback
from base64 import b64encode
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from tests.log.tree import vectors

from cocreate.log.tree.errors import Malformed, OutOfRange, SignatureFails
from cocreate.log.tree.keys import Signature, SignatureType, SigningKey, VerifierKey

TEXT = "a text\n"
COSIGNATURE = SignatureType.COSIGNATURE


def key_text(name: str, material: bytes) -> str:
    """Write a key with the id that fits it."""
    key_id = sha256(name.encode() + b"\n" + material).digest()[:4]
    return f"{name}+{key_id.hex()}+{b64encode(material).decode()}"


@pytest.mark.parametrize("text", [vectors.PETER, vectors.ENOCH, vectors.FOO, vectors.CHECKSUMS])
def test_a_published_key_is_read_and_written_the_same(text: str) -> None:
    assert str(VerifierKey.parse(text)) == text


def test_every_other_spelling_of_a_key_is_refused() -> None:
    text = vectors.PETER
    for place, char in enumerate(text):
        with pytest.raises(Malformed):
            VerifierKey.parse(text[:place] + chr(ord(char) + 1) + text[place + 1 :])
    for start in range(len(text)):
        for end in range(start, len(text) + 1):
            if end - start < len(text):
                with pytest.raises(Malformed):
                    VerifierKey.parse(text[start:end])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (key_text("x", b"\x02" + bytes(32)), "unknown type: 02"),
        (key_text("x", b"\x06" + bytes(1312)), "unknown type: 06"),
        (key_text("x", b""), "unknown type: none"),
        (key_text("x", b"\x01" + bytes(33)), "has 33 bytes, not 32"),
        (vectors.PETER.replace("c74f20a3", "C74F20A3"), "not eight hexadecimal digits"),
        (vectors.PETER.replace("c74f20a3", "c74f20a4"), "is c74f20a3, not c74f20a4"),
        (vectors.PETER + "=", "is not base64"),
        (key_text("a b", b"\x01" + bytes(32)), "cannot be the name of a key"),
    ],
)
def test_a_key_that_is_none_is_refused_with_the_reason(text: str, problem: str) -> None:
    with pytest.raises(Malformed, match=problem):
        VerifierKey.parse(text)


@pytest.mark.parametrize("name", ["", "a+b", "a b", "a\u2003b", "a\xa0", "a\nb", "\x07", "\ud800"])
def test_a_name_with_spaces_pluses_or_control_characters_is_refused(name: str) -> None:
    with pytest.raises(Malformed, match="cannot be the name of a key"):
        SigningKey.generate(name)


def test_a_published_private_key_makes_the_published_signature() -> None:
    key = SigningKey.parse(vectors.PETER_SIGNER)
    assert str(key.verifier) == vectors.PETER
    assert str(key.sign(vectors.PETER_TEXT)) == vectors.PETER_LINE
    assert key.secret() == vectors.PETER_SIGNER


@pytest.mark.parametrize("kind", list(SignatureType))
def test_a_private_key_is_read_and_written_the_same(kind: SignatureType) -> None:
    key = SigningKey.generate("example.nl/log", kind)
    again = SigningKey.parse(key.secret())
    assert again.verifier == key.verifier == VerifierKey.parse(str(key.verifier))


SECRET = vectors.PETER_SIGNER.rpartition("+")[2]


@pytest.mark.parametrize(
    "text",
    [
        vectors.PETER_SIGNER[:-1],
        vectors.PETER_SIGNER + "x",
        vectors.PETER_SIGNER.replace("+c74f20a3", ""),
        vectors.PETER_SIGNER.replace("PRIVATE+KEY+", ""),
        f"PRIVATE+KEY+{SECRET}",
        SECRET,
    ],
)
def test_what_is_no_private_key_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(Malformed, match="A private key has the form") as refused:
        SigningKey.parse(text)
    assert SECRET[:-1] not in "".join(traceback.format_exception(refused.value))


def test_a_private_key_under_another_name_is_refused() -> None:
    with pytest.raises(Malformed, match=r"The id of the key of Peter is .*, not c74f20a3"):
        SigningKey.parse(vectors.PETER_SIGNER.replace("PeterNeumann", "Peter"))


def test_a_private_key_does_not_show_itself() -> None:
    assert SECRET not in repr(SigningKey.parse(vectors.PETER_SIGNER))


def test_the_same_key_has_another_id_for_each_type_of_signature() -> None:
    private = Ed25519PrivateKey.generate()
    keys = [SigningKey("witness.example", kind, private).verifier for kind in SignatureType]
    assert len({key.public for key in keys}) == 1
    assert len({key.key_id for key in keys}) == len(keys)


def test_a_signature_holds_for_its_text_alone() -> None:
    key = SigningKey.generate("example.nl")
    signature = key.sign(TEXT)
    assert key.verifier.verify(TEXT, signature) is None
    with pytest.raises(SignatureFails, match="is not of this text"):
        key.verifier.verify("another text\n", signature)


def test_a_cosignature_tells_its_time() -> None:
    key = SigningKey.generate("witness.example", COSIGNATURE)
    assert key.verifier.verify(TEXT, key.cosign(TEXT, 1_679_315_147)) == 1_679_315_147


def test_what_a_cosignature_signs_is_what_the_specification_says() -> None:
    private = Ed25519PrivateKey.generate()
    signature = SigningKey("w.example", COSIGNATURE, private).cosign(TEXT, 1_679_315_147)
    assert signature.value[:8] == (1_679_315_147).to_bytes(8, "big")
    signed = b"cosignature/v1\ntime 1679315147\na text\n"
    private.public_key().verify(signature.value[8:], signed)
    material = b"w.example\n\x04" + private.public_key().public_bytes_raw()
    assert signature.key_id == sha256(material).digest()[:4]


@given(st.sampled_from(list(SignatureType)), st.data())
def test_a_signature_with_any_bit_changed_fails(kind: SignatureType, data: st.DataObject) -> None:
    key = SigningKey("example.nl", kind, Ed25519PrivateKey.from_private_bytes(bytes(32)))
    signature = key.cosign(TEXT, 1) if kind is COSIGNATURE else key.sign(TEXT)
    bit = 1 << data.draw(st.integers(0, len(signature.value) * 8 - 1))
    changed = int.from_bytes(signature.value, "big") ^ bit
    value = changed.to_bytes(len(signature.value), "big")
    with pytest.raises(SignatureFails):
        key.verifier.verify(TEXT, Signature(signature.name, signature.key_id, value))


@pytest.mark.parametrize("kind", list(SignatureType))
def test_a_signature_of_a_wrong_length_fails(kind: SignatureType) -> None:
    key = SigningKey.generate("example.nl", kind)
    signature = key.cosign(TEXT, 1) if kind is COSIGNATURE else key.sign(TEXT)
    for value in (signature.value[:-1], signature.value + b"x", b"x"):
        with pytest.raises(SignatureFails, match="has a wrong length"):
            key.verifier.verify(TEXT, Signature(signature.name, signature.key_id, value))


def test_a_signature_of_another_key_fails() -> None:
    one, other = SigningKey.generate("example.nl"), SigningKey.generate("example.nl")
    with pytest.raises(SignatureFails, match="is not said to be of"):
        one.verifier.verify(TEXT, other.sign(TEXT))


def test_a_key_signs_nothing_of_another_type() -> None:
    log, witness = SigningKey.generate("a"), SigningKey.generate("b", COSIGNATURE)
    with pytest.raises(TypeError, match="makes no signatures of type 0x04"):
        log.cosign(TEXT, 1)
    with pytest.raises(TypeError, match="makes no signatures of type 0x01"):
        witness.sign(TEXT)


@pytest.mark.parametrize("at", [-1, 2**63])
def test_a_cosignature_is_of_no_time_beyond_63_bits(at: int) -> None:
    key = SigningKey.generate("witness.example", COSIGNATURE)
    with pytest.raises(OutOfRange, match="cannot be of the time"):
        key.cosign(TEXT, at)
    if at > 0:
        late = Signature("witness.example", key.verifier.key_id, at.to_bytes(8, "big") + bytes(64))
        with pytest.raises(SignatureFails, match="a time beyond"):
            key.verifier.verify(TEXT, late)
