"""The metadata for the archive keep to the form of MDTO-XML 1.0.1.

The schema of the Nationaal Archief comes without a licence that lets it be kept here, so what it
asks is said below: of each group of elements that is used, which there may be, in order, and how
often. What is written here was also seen to be valid by that schema itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import product
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace

from cocreate.audit.layout import Appraisal, Description, Sight
from cocreate.audit.mdto import NAMESPACE, file_metadata, object_metadata

ANY = 10**6
Group = Sequence[tuple[str, str, int, int]]
"""The children of an element in order: name, type, and how many there are at least and at most."""

GROUPS: Mapping[str, Group] = {
    "MDTO": [("informatieobject", "informatieobject", 0, 1), ("bestand", "bestand", 0, 1)],
    "informatieobject": [
        ("identificatie", "identificatie", 1, ANY),
        ("naam", "string", 1, 1),
        ("aggregatieniveau", "begrip", 0, 1),
        ("classificatie", "begrip", 0, ANY),
        ("trefwoord", "string", 0, ANY),
        ("omschrijving", "string", 0, ANY),
        ("event", "event", 0, ANY),
        ("waardering", "begrip", 1, 1),
        ("bewaartermijn", "termijn", 0, 1),
        ("informatiecategorie", "begrip", 0, 1),
        ("isOnderdeelVan", "verwijzing", 0, ANY),
        ("bevatOnderdeel", "verwijzing", 0, ANY),
        ("heeftRepresentatie", "verwijzing", 0, ANY),
        ("archiefvormer", "verwijzing", 1, ANY),
        ("beperkingGebruik", "beperking", 1, ANY),
    ],
    "bestand": [
        ("identificatie", "identificatie", 1, ANY),
        ("naam", "string", 1, 1),
        ("omvang", "integer", 1, 1),
        ("bestandsformaat", "begrip", 1, 1),
        ("checksum", "checksum", 1, ANY),
        ("isRepresentatieVan", "verwijzing", 1, 1),
    ],
    "identificatie": [
        ("identificatieKenmerk", "string", 1, 1),
        ("identificatieBron", "string", 1, 1),
    ],
    "verwijzing": [
        ("verwijzingNaam", "string", 1, 1),
        ("verwijzingIdentificatie", "identificatie", 0, 1),
    ],
    "begrip": [
        ("begripLabel", "string", 1, 1),
        ("begripCode", "string", 0, 1),
        ("begripBegrippenlijst", "verwijzing", 1, 1),
    ],
    "event": [
        ("eventType", "begrip", 1, 1),
        ("eventTijd", "moment", 0, 1),
        ("eventVerantwoordelijkeActor", "verwijzing", 0, 1),
        ("eventResultaat", "string", 0, 1),
    ],
    "termijn": [("termijnLooptijd", "duration", 0, 1)],
    "beperking": [("beperkingGebruikType", "begrip", 1, 1)],
    "checksum": [
        ("checksumAlgoritme", "begrip", 1, 1),
        ("checksumWaarde", "string", 1, 1),
        ("checksumDatum", "moment", 1, 1),
    ],
}

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z\Z")
_DURATION = re.compile(r"P(\d+Y)?(\d+M)?(\d+D)?\Z")
TYPES: Mapping[str, Callable[[str], object]] = {
    "string": lambda text: text.strip(),
    "integer": lambda text: text.isdecimal(),
    "moment": lambda text: _MOMENT.match(text) and datetime.fromisoformat(text),
    "duration": lambda text: len(text) > 1 and _DURATION.match(text),
}


def wrong_in(element: ET.Element, kind: str, at: str = "") -> Iterator[str]:
    """Yield what in an element is not of its type."""
    at = f"{at}/{element.tag}"
    if kind in TYPES:
        if len(element) or not TYPES[kind](element.text or ""):
            yield f"{at} is no {kind}"
        return
    if element.attrib or (element.text or "").strip():
        yield f"{at} holds more than elements"
    left = list(element)
    for name, of, least, most in GROUPS[kind]:
        found = 0
        while left and left[0].tag == f"{{{NAMESPACE}}}{name}":
            yield from wrong_in(left.pop(0), of, at)
            found += 1
        if not least <= found <= most:
            yield f"{at} has {found} of {name}"
    yield from (f"{at} has a {each.tag} out of place" for each in left)


def wrong_with(document: bytes) -> list[str]:
    root = ET.fromstring(document)  # noqa: S314 - it is our own
    assert root.tag == f"{{{NAMESPACE}}}MDTO"
    root.attrib.clear()  # the schemaLocation
    return [*wrong_in(root, "MDTO"), *(["it has not one object"] if len(root) != 1 else [])]


DESCRIBED = Description(
    format=1,
    origin="log.test/GM0503",
    municipality="GM0503",
    name="Delft & <Omgeving>",
    project=None,
    title=None,
    sight="public",
    size=12,
    events=9,
    last_recorded_at=datetime(2026, 3, 1, 12, 30, 5, 250, UTC),
    appraisal="keep",
    retention=None,
)
CHECKSUM = "ab" * 32
WHICH: Sequence[tuple[UUID | None, str | None]] = [
    (None, None),
    (UUID(int=7), None),
    (UUID(int=7), "Lampen in de \x01<tunnel> & meer \ufffe"),
]
SIGHTS: Sequence[Sight] = ("public", "internal")
KEPT: Sequence[tuple[Appraisal, str | None]] = [
    ("keep", None),
    ("destroy", "P20Y"),
    ("destroy", "P1Y6M5D"),
]


@pytest.mark.parametrize(("which", "sight", "kept"), list(product(WHICH, SIGHTS, KEPT)))
def test_what_is_written_is_in_the_form_of_mdto(
    which: tuple[UUID | None, str | None], sight: Sight, kept: tuple[Appraisal, str | None]
) -> None:
    (project, title), (appraisal, retention) = which, kept
    said = replace(
        DESCRIBED,
        project=project,
        title=title,
        sight=sight,
        appraisal=appraisal,
        retention=retention,
    )
    first = datetime(2026, 1, 1, tzinfo=UTC)
    assert wrong_with(object_metadata(said, first, CHECKSUM)) == []
    assert wrong_with(file_metadata(said, CHECKSUM, 0)) == []


@pytest.mark.parametrize(
    ("given", "made", "wrong"),
    [
        (b"<omvang>5</omvang>", b"<omvang>vijf</omvang>", "no integer"),
        (b"<omvang>5</omvang>", b"", "0 of omvang"),
        (b"<naam>", b"<naam>x</naam><naam>", "2 of naam"),
        (b"<naam>", b"<name>x</name><naam>", "out of place"),
        (b"2026-03-01T12:30:05.000250Z", b"1 maart 2026", "no moment"),
        (b"begripLabel>", b"begripNaam>", "0 of begripLabel"),
    ],
)
def test_what_is_not_in_that_form_is_told(given: bytes, made: bytes, wrong: str) -> None:
    document = file_metadata(DESCRIBED, CHECKSUM, 5)
    assert given in document
    assert wrong in " ".join(wrong_with(document.replace(given, made)))
