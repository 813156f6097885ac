"""Metadata for the archive, as MDTO has them (Nationaal Archief, MDTO-XML 1.0.1).

One document is about the information object: the history of a project, or of a whole log. The
other is about the file that holds it, with its checksum.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from xml.sax.saxutils import escape

from cocreate.audit.layout import EVENTS, Description

NAMESPACE = "https://www.nationaalarchief.nl/mdto"
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    f'<MDTO xmlns="{NAMESPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    f' xsi:schemaLocation="{NAMESPACE} {NAMESPACE}/MDTO-XML1.0.1.xsd">\n'
)
_SOURCE = "Oorsprong van het logboek (C2SP tlog-checkpoint)"
_NO_CONTROLS: Final = {each: "\N{REPLACEMENT CHARACTER}" for each in range(32) if each != 9} | {
    0xFFFE: "\N{REPLACEMENT CHARACTER}",
    0xFFFF: "\N{REPLACEMENT CHARACTER}",
}
"""What XML cannot have; a title is on one line."""

Node = tuple[str, "str | Sequence[Node]"]


def object_metadata(
    description: Description, first_recorded_at: datetime, events_sha256: str
) -> bytes:
    """Give the metadata of the information object.

    ``first_recorded_at`` is when the first event that is shown was recorded.
    """
    said = description
    of = f"Gemeente {said.name}"
    keep = said.appraisal == "keep"
    nodes: list[Node] = [
        _identification(said),
        ("naam", _name(said)),
        ("aggregatieniveau", _term("Archief" if said.whole else "Dossier", "Aggregatieniveaus")),
        (
            "omschrijving",
            f"{said.events} gebeurtenissen, uit een logboek van {said.size} posities; "
            + ("openbaar en intern." if said.sight == "internal" else "alleen openbare."),
        ),
        (
            "event",
            _event("Creatie", _moment(first_recorded_at), of, "Eerste gebeurtenis vastgelegd."),
        ),
        (
            "event",
            _event(
                "Export",
                _moment(said.last_recorded_at),
                of,
                f"Uitgegeven tot en met positie {said.size}; SHA-256 van de gebeurtenissen: "
                f"{events_sha256}.",
            ),
        ),
        (
            "waardering",
            _term(
                "Blijvend te bewaren" if keep else "Tijdelijk te bewaren",
                "Waarderingen",
                code="B" if keep else "V",
            ),
        ),
    ]
    if said.retention is not None:
        nodes.append(("bewaartermijn", [("termijnLooptijd", said.retention)]))
    nodes += [
        (
            "heeftRepresentatie",
            [("verwijzingNaam", EVENTS.removeprefix("data/"))],
        ),
        (
            "archiefvormer",
            [
                ("verwijzingNaam", of),
                (
                    "verwijzingIdentificatie",
                    [
                        ("identificatieKenmerk", said.municipality),
                        ("identificatieBron", "CBS-gemeentecode"),
                    ],
                ),
            ],
        ),
        (
            "beperkingGebruik",
            [
                (
                    "beperkingGebruikType",
                    _term(
                        "Openbaar" if said.sight == "public" else "Niet openbaar: interne stappen",
                        "Beperkingen op het gebruik",
                    ),
                )
            ],
        ),
    ]
    return _document("informatieobject", nodes)


def file_metadata(description: Description, events_sha256: str, size: int) -> bytes:
    """Give the metadata of the file with the events, which has a size in bytes."""
    return _document(
        "bestand",
        [
            _identification(description, "#events.jsonl"),
            ("naam", EVENTS.removeprefix("data/")),
            ("omvang", str(size)),
            (
                "bestandsformaat",
                _term("JSON Lines", "IANA Media Types", code="application/jsonl"),
            ),
            (
                "checksum",
                [
                    (
                        "checksumAlgoritme",
                        _term("SHA-256", "Begrippenlijst ChecksumAlgoritme MDTO"),
                    ),
                    ("checksumWaarde", events_sha256),
                    ("checksumDatum", _moment(description.last_recorded_at)),
                ],
            ),
            (
                "isRepresentatieVan",
                [
                    ("verwijzingNaam", _name(description)),
                    ("verwijzingIdentificatie", _identification(description)[1]),
                ],
            ),
        ],
    )


def _identification(said: Description, of: str = "") -> Node:
    project = "" if said.whole else f"#{said.project}"
    return (
        "identificatie",
        [
            ("identificatieKenmerk", f"{said.origin}{project}@{said.size}{of}"),
            ("identificatieBron", _SOURCE),
        ],
    )


def _name(said: Description) -> str:
    if said.whole:
        return f"Logboek van co-creatie van de gemeente {said.name}"
    return f"Co-creatietraject {said.title or said.project}"


def _moment(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _term(label: str, listed: str, *, code: str | None = None) -> list[Node]:
    coded: list[Node] = [] if code is None else [("begripCode", code)]
    return [
        ("begripLabel", label),
        *coded,
        ("begripBegrippenlijst", [("verwijzingNaam", listed)]),
    ]


def _event(kind: str, at: str, by: str, result: str) -> list[Node]:
    return [
        ("eventType", _term(kind, "Eventtypen")),
        ("eventTijd", at),
        ("eventVerantwoordelijkeActor", [("verwijzingNaam", by)]),
        ("eventResultaat", result),
    ]


def _document(kind: str, nodes: Sequence[Node]) -> bytes:
    return f"{_HEAD}{_written((kind, nodes), 1)}</MDTO>\n".encode()


def _written(node: Node, depth: int) -> str:
    name, content = node
    indent = "  " * depth
    if isinstance(content, str):
        return f"{indent}<{name}>{escape(content.translate(_NO_CONTROLS))}</{name}>\n"
    inner = "".join(_written(each, depth + 1) for each in content)
    return f"{indent}<{name}>\n{inner}{indent}</{name}>\n"
