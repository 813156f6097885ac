"""What was checked of an export in which nothing is wrong, and what it does not prove, in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from cocreate.audit.found import LATE, Verified
from cocreate.audit.wrong import Language, Text
from cocreate.log.tree.keys import SignatureType

_TEXTS: Final[dict[str, Text]] = {
    "log": Text(
        "Het logboek van de gemeente {name} ({code}) tot en met positie {size}:"
        " {events} gebeurtenissen, in {projects} geschiedenissen.",
        "The log of the municipality of {name} ({code}) up to position {size}:"
        " {events} events, in {projects} histories.",
    ),
    "project": Text(
        "Traject {project} van de gemeente {name} ({code}) tot en met positie {size}:"
        " {events} gebeurtenissen.",
        "Project {project} of the municipality of {name} ({code}) up to position {size}:"
        " {events} events.",
    ),
    "bag": Text(
        "Elk bestand is wat de lijsten ervan zeggen; er is niets bij of af.",
        "Every file is what the manifests say; none is missing and none was added.",
    ),
    "signed": Text(
        "Het checkpoint van {origin} is getekend met {key}.",
        "The checkpoint of {origin} is signed with {key}.",
    ),
    "untrusted": Text(
        "LET OP: die sleutel staat in de export zelf. Wie hem maakte kan alles hebben"
        " verzonnen; geef met --key een sleutel die u ergens anders vandaan hebt.",
        "BEWARE: that key is the one in the export itself. Whoever made it may have made up"
        " everything; give a key that you have from elsewhere with --key.",
    ),
    "cosigned": Text(
        "Getuige {key} tekende het mee op {at}.", "Witness {key} cosigned it at {at}."
    ),
    "tree": Text(
        "Elke gebeurtenis staat in de getekende boom zoals hij hier staat: niets is veranderd"
        " of tussengevoegd, en de tijd van vastleggen loopt nergens terug.",
        "Every event is in the tree that was signed as it is here: nothing was changed or"
        " inserted, and the time of recording never goes back.",
    ),
    "complete": Text(
        "Alle posities 1 tot en met {size} zijn er: niets is weggelaten.",
        "All positions 1 to {size} are here: nothing was left out.",
    ),
    "withheld": Text(
        "{withheld} posities zijn intern: daarvan staat alleen de hash erin, die meetelt in de"
        " wortel. Of dat terecht is laat een openbare export niet zien.",
        "{withheld} positions are internal: only their hash is in it, and counts in the root."
        " Whether rightly so, a public export does not show.",
    ),
    "project-complete": Text(
        "De versies volgen elkaar op vanaf 1: vóór de laatste is niets weggelaten. Niet bewezen:"
        " dat er na de laatste niets meer volgde; dat laat een export van het hele logboek zien.",
        "The versions follow each other from 1: nothing before the last was left out. Not"
        " proven: that nothing came after the last; an export of the whole log shows that.",
    ),
    "project-public": Text(
        "Niet bewezen: welke versies ontbreken omdat ze intern zijn, en dat er na de laatste"
        " niets meer volgde.",
        "Not proven: which versions are missing since they are internal, and that nothing came"
        " after the last.",
    ),
    "derived": Text(
        "De verslagen en de archiefgegevens volgen uit de gebeurtenissen. Niet bewezen: de naam"
        " van de gemeente, de titel, de waardering en de bewaartermijn; niemand tekende die.",
        "The reports and the archive's metadata follow from the events. Not proven: the name of"
        " the municipality, the title, the appraisal and the retention; nobody signed those.",
    ),
    "late": Text(
        "Ter informatie: {late} gebeurtenissen zijn meer dan {days} dagen na dato vastgelegd;"
        " de langste is positie {position}, {latest} dagen.",
        "For information: {late} events were recorded more than {days} days after they happened;"
        " the longest is position {position}, {latest} days.",
    ),
    "unknown-schema": Text(
        "LET OP: {schema} is hier niet bekend; de gegevens passen bij wat de export zelf zegt.",
        "BEWARE: {schema} is not known here; the data fit what the export says itself.",
    ),
    "since": Text(
        "De boom gaat verder op het eerdere checkpoint, van {since} posities.",
        "The tree goes on from the earlier checkpoint, of {since} positions.",
    ),
}


def in_words(found: Verified, language: Language) -> list[str]:
    """Say what was found, a sentence or two at a time."""
    return [getattr(_TEXTS[code], language).format(**facts) for code, facts in _told(found)]


def _told(found: Verified) -> Iterator[tuple[str, dict[str, object]]]:
    said = found.description
    yield (
        "log" if said.whole else "project",
        {
            "name": said.name,
            "code": said.municipality,
            "project": said.project,
            "size": said.size,
            "events": found.events,
            "projects": found.projects,
        },
    )
    yield "bag", {}
    for signature in found.checkpoint.signatures:
        if signature.key.type is SignatureType.ED25519:
            yield "signed", {"origin": said.origin, "key": signature.key}
    if not found.trusted:
        yield "untrusted", {}
    for signature in found.checkpoint.signatures:
        if signature.at is not None:
            at = datetime.fromtimestamp(min(signature.at, 2**37), UTC)
            yield "cosigned", {"key": signature.key, "at": f"{at:%Y-%m-%d %H:%M:%S} UTC"}
    yield "tree", {}
    if found.since is not None:
        yield "since", {"since": found.since}
    if said.sight == "internal":
        yield ("complete" if said.whole else "project-complete"), {"size": said.size}
    else:
        yield ("withheld" if said.whole else "project-public"), {"withheld": found.withheld}
    yield "derived", {}
    if found.latest is not None:
        yield (
            "late",
            {
                "late": found.late,
                "days": LATE.days,
                "position": found.latest.position,
                "latest": found.latest.days,
            },
        )
    for schema in found.unknown_schemas:
        yield "unknown-schema", {"schema": schema}
