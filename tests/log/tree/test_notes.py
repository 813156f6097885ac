"""A note is believed for the keys that signed it, and refused when a known key did not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.log.tree import vectors

from cocreate.log.tree.errors import Malformed, NotSigned, SignatureFails, Unsound
from cocreate.log.tree.keys import Signature, SignatureType, SigningKey, VerifierKey
from cocreate.log.tree.notes import MAX_SIGNATURES, Note

PETER, ENOCH = VerifierKey.parse(vectors.PETER), VerifierKey.parse(vectors.ENOCH)
TEXT = vectors.PETER_TEXT
KEY = SigningKey.parse(vectors.PETER_SIGNER)


def note_of(*lines: str, text: str = TEXT) -> bytes:
    return "".join([text, "\n", *(f"{line}\n" for line in lines)]).encode()


def signers(note: Note, *keys: VerifierKey) -> list[str]:
    return [verified.key.name for verified in note.verify(keys)]


def test_the_note_in_the_specification_is_verified() -> None:
    note = Note.parse(vectors.FOO_NOTE.encode())
    assert note.text == "This is an example message.\n"
    assert signers(note, VerifierKey.parse(vectors.FOO)) == ["example.com/foo"]


def test_a_public_checkpoint_of_another_log_is_verified() -> None:
    note = Note.parse(vectors.CHECKSUMS_NOTE.encode())
    assert signers(note, VerifierKey.parse(vectors.CHECKSUMS)) == ["sum.golang.org"]


def test_signing_gives_the_published_note() -> None:
    assert bytes(Note.signed(TEXT, KEY)) == note_of(vectors.PETER_LINE)


def test_signatures_of_known_keys_are_told_and_others_ignored() -> None:
    data = note_of(vectors.PETER_LINE, vectors.ENOCH_LINE)
    note = Note.parse(data)
    assert bytes(note) == data
    assert signers(note, PETER) == ["PeterNeumann"]
    assert signers(note, ENOCH, PETER) == ["PeterNeumann", "EnochRoot"]


@pytest.mark.parametrize("keys", [[], [VerifierKey.parse(vectors.FOO)]])
def test_a_note_without_a_signature_of_a_known_key_is_refused(keys: list[VerifierKey]) -> None:
    with pytest.raises(NotSigned, match="has no signature of"):
        Note.parse(note_of(vectors.PETER_LINE)).verify(keys)


def test_a_key_of_the_same_name_with_another_id_is_another_key() -> None:
    other = SigningKey.generate("PeterNeumann")
    note = Note.signed(TEXT, other, KEY)
    assert [verified.key for verified in note.verify([PETER])] == [PETER]
    with pytest.raises(NotSigned):
        Note.signed(TEXT, other).verify([PETER])


def test_a_known_key_that_did_not_sign_spoils_the_note() -> None:
    forged = Signature("PeterNeumann", PETER.key_id, bytes(64))
    note = Note.parse(note_of(vectors.ENOCH_LINE)).also_signed(forged)
    with pytest.raises(SignatureFails, match=r"PeterNeumann\+c74f20a3 is not of this text"):
        note.verify([ENOCH, PETER])
    assert signers(note, ENOCH) == ["EnochRoot"]


def test_a_forged_signature_beside_a_true_one_spoils_the_note() -> None:
    note = Note.signed(TEXT, KEY).also_signed(Signature("PeterNeumann", PETER.key_id, bytes(64)))
    with pytest.raises(SignatureFails):
        note.verify([PETER])


def test_a_key_that_signed_twice_is_told_once() -> None:
    note = Note.parse(note_of(vectors.PETER_LINE, vectors.PETER_LINE))
    assert signers(note, PETER, PETER) == ["PeterNeumann"]


def test_a_witness_that_signed_twice_is_told_with_the_time_it_signed_first_in_the_note() -> None:
    witness = SigningKey.generate("witness.example", SignatureType.COSIGNATURE)
    cosignatures = [witness.cosign(TEXT, at) for at in (2_000, 1_000, 3_000)]
    told = Note(TEXT, tuple(cosignatures)).verify([witness.verifier])
    assert [each.at for each in told] == [2_000]


def test_a_cosignature_is_told_with_its_time() -> None:
    witness = SigningKey.generate("witness.example", SignatureType.COSIGNATURE)
    note = Note.signed(TEXT, KEY).also_signed(witness.cosign(TEXT, 1_679_315_147))
    told = Note.parse(bytes(note)).verify([witness.verifier, PETER])
    assert [(each.key.name, each.at) for each in told] == [
        ("PeterNeumann", None),
        ("witness.example", 1_679_315_147),
    ]


@pytest.mark.parametrize(
    "text", ["\n", "\n\n", "a\n\nb\n", "a\n\n", "\N{EM DASH} a b\n", "\x7fé\n"]
)
def test_a_text_may_look_like_a_note_itself(text: str) -> None:
    note = Note.parse(bytes(Note.signed(text, KEY)))
    assert note.text == text
    assert signers(note, PETER) == ["PeterNeumann"]


@pytest.mark.parametrize("text", ["", "a", "a\n\nb", "a\tb\n", "a\r\n", "\0\n", "\ud800\n"])
def test_what_cannot_be_the_text_of_a_note_is_not_signed(text: str) -> None:
    with pytest.raises(Malformed, match="The text of the note"):
        Note.signed(text, KEY)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        TEXT.encode(),
        TEXT.encode() + b"\n",
        note_of(vectors.PETER_LINE)[:-1],
        b"\x01" + note_of(vectors.PETER_LINE),
        b"\xff" + note_of(vectors.PETER_LINE),
        b"\xed\xa0\x80" + note_of(vectors.PETER_LINE),
        note_of(vectors.PETER_LINE).replace(b"\n", b"\r\n"),
        note_of(vectors.PETER_LINE, "Another line."),
        note_of("Another line.", vectors.PETER_LINE),
        note_of(vectors.PETER_LINE.replace("PeterNeumann", "Peter Neumann")),
        note_of(vectors.PETER_LINE.replace("PeterNeumann", "Peter+Neumann")),
        note_of(vectors.PETER_LINE.replace("PeterNeumann", "")),
        note_of(vectors.PETER_LINE.replace("\N{EM DASH}", "-")),
        note_of(vectors.PETER_LINE.replace("\N{EM DASH} ", "\N{EM DASH}")),
        note_of(vectors.PETER_LINE + " "),
        note_of(vectors.PETER_LINE[:-1]),
        note_of(vectors.PETER_LINE.replace("/", "_")),
        note_of("\N{EM DASH} PeterNeumann x08go/Y"),
        note_of("\N{EM DASH} PeterNeumann x08gow=="),
        note_of("\N{EM DASH} PeterNeumann "),
        note_of("\N{EM DASH} PeterNeumann"),
        note_of(*[vectors.PETER_LINE] * (MAX_SIGNATURES + 1)),
    ],
)
def test_a_malformed_note_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        Note.parse(data)


def test_a_note_may_have_many_signatures() -> None:
    note = Note.parse(note_of(*[vectors.ENOCH_LINE] * (MAX_SIGNATURES - 1), vectors.PETER_LINE))
    assert signers(note, PETER) == ["PeterNeumann"]


def test_keys_that_cannot_be_told_apart_are_refused() -> None:
    class Twin(VerifierKey, frozen=True):
        @property
        def key_id(self) -> bytes:
            return PETER.key_id

    twin = Twin("PeterNeumann", SignatureType.ED25519, bytes(32))
    with pytest.raises(Malformed, match="Two keys are both called PeterNeumann"):
        Note.signed(TEXT, KEY).verify([PETER, twin])


def test_a_note_with_any_bit_changed_is_refused() -> None:
    data = note_of(vectors.PETER_LINE)
    for place in range(len(data)):
        for bit in range(8):
            changed = data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :]
            with pytest.raises(Unsound):
                Note.parse(changed).verify([PETER])


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]) | st.just("\n")).map(
    lambda text: text + "\n"
)
NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Zs", "Zl", "Zp"]), min_size=1
).map(lambda name: name.replace("+", "-"))


@given(TEXTS, st.lists(NAMES, min_size=1, max_size=3, unique=True))
def test_what_is_signed_is_read_back_and_verified(text: str, names: list[str]) -> None:
    keys = [SigningKey.generate(name) for name in names]
    note = Note.signed(text, *keys)
    read = Note.parse(bytes(note))
    assert read == note
    assert signers(read, *(key.verifier for key in keys)) == names
