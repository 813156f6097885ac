"""What can be wrong with an export, in Dutch and in English."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

Language = Literal["nl", "en"]


class Text(msgspec.Struct, frozen=True):
    """A sentence in both languages; between braces stands what is particular."""

    nl: str
    en: str


class Wrong(Exception):  # noqa: N818 - what is found
    """The first thing that is wrong with an export, and where."""

    def __init__(
        self,
        code: str,
        file: str = "",
        *,
        line: int | None = None,
        position: int | None = None,
        **facts: object,
    ) -> None:
        super().__init__(code, file, line, position, facts)
        self.code = code
        self.file = file
        self.line = line
        self.position = position
        self.facts = facts

    def in_words(self, language: Language) -> str:
        """Say what is wrong, and where."""
        text = getattr(TEXTS[self.code], language).format(**self.facts)
        return f"{place}: {text}" if (place := self._place(language)) else text

    def _place(self, language: Language) -> str:
        line, position = ("regel", "positie") if language == "nl" else ("line", "position")
        told = [self.file] if self.file else []
        if self.line is not None:
            told.append(f"{line} {self.line}")
        if self.position is not None:
            told.append(f"{position} {self.position}")
        return ", ".join(told)

    def __str__(self) -> str:
        return f"{self.code}: {self.in_words('en')}"


TEXTS: Final[dict[str, Text]] = {
    # -- the zip file --
    "no-zip": Text(
        "dit is geen zipbestand, of het is afgekapt ({problem})",
        "this is no zip file, or it was cut off ({problem})",
    ),
    "zip-name": Text(
        "zo'n naam kan een bestand in een export niet hebben: {name}",
        "no file in an export can have such a name: {name}",
    ),
    "zip-twice": Text("dit bestand staat er twee keer in", "this file is in it twice"),
    "zip-method": Text(
        "dit bestand is versleuteld, een verwijzing, of op een andere manier ingepakt",
        "this file is encrypted, a link, or packed in another way",
    ),
    "zip-overlap": Text(
        "dit bestand ligt in het zipbestand over een ander heen",
        "this file overlaps with another in the zip file",
    ),
    "too-large": Text(
        "dit bestand is groter dan het kan zijn: {size} bytes, hoogstens {limit}",
        "this file is larger than it can be: {size} bytes, at most {limit}",
    ),
    "damaged": Text(
        "dit bestand is beschadigd en niet uit te pakken ({problem})",
        "this file is damaged and cannot be unpacked ({problem})",
    ),
    # -- the bag --
    "missing": Text("dit bestand ontbreekt", "this file is missing"),
    "unexpected": Text(
        "dit bestand hoort niet in deze export", "this file does not belong in this export"
    ),
    "bagit": Text("dit is geen verklaring van BagIt 1.0", "this is no declaration of BagIt 1.0"),
    "manifest": Text(
        "dit is geen regel met een SHA-256 en een bestand, of staat niet op volgorde",
        "this is no line with a SHA-256 and a file, or it is out of order",
    ),
    "not-listed": Text(
        "dit bestand staat niet in {manifest}", "this file is not listed in {manifest}"
    ),
    "checksum": Text(
        "de inhoud past niet bij de SHA-256 in {manifest}",
        "the content does not fit the SHA-256 in {manifest}",
    ),
    "bag-info": Text(
        "dit zijn niet de gegevens die bij de inhoud horen",
        "these are not the data that go with the content",
    ),
    # -- what it says it is --
    "description": Text(
        "dit beschrijft geen export ({problem})", "this describes no export ({problem})"
    ),
    "format": Text(
        "deze export heeft vorm {format}; hier is alleen vorm {known} bekend",
        "this export has format {format}; only format {known} is known here",
    ),
    "events": Text(
        "er staan {found} gebeurtenissen in, niet de {told} van de beschrijving",
        "there are {found} events in it, not the {told} of the description",
    ),
    "last-recorded": Text(
        "de laatste gebeurtenis is vastgelegd op {found}, niet op {told}",
        "the last event was recorded at {found}, not at {told}",
    ),
    # -- keys and the checkpoint --
    "key": Text("dit is geen sleutel ({problem})", "this is no key ({problem})"),
    "no-key": Text(
        "er is geen sleutel om mee te controleren; geef er een met --key",
        "there is no key to check with; give one with --key",
    ),
    "checkpoint": Text(
        "dit is geen geldig checkpoint van dit logboek ({problem})",
        "this is no valid checkpoint of this log ({problem})",
    ),
    "signature": Text(
        "het checkpoint is niet getekend door een sleutel die hier telt ({problem})",
        "the checkpoint is not signed by a key that counts here ({problem})",
    ),
    "checkpoint-size": Text(
        "het checkpoint is van een boom van {found}, en de export van een van {told}",
        "the checkpoint is of a tree of {found}, and the export of one of {told}",
    ),
    "key-unused": Text(
        "met deze sleutel is het checkpoint niet getekend",
        "the checkpoint is not signed with this key",
    ),
    "no-witness": Text(
        "getuige {witness} heeft dit checkpoint niet getekend",
        "witness {witness} did not cosign this checkpoint",
    ),
    # -- the tree --
    "tile": Text(
        "deze tegel hoort niet bij het getekende checkpoint",
        "this tile does not belong to the checkpoint that was signed",
    ),
    "tile-form": Text("dit is geen tegel ({problem})", "this is no tile ({problem})"),
    "root": Text(
        "de tegels komen niet uit op de wortel van het getekende checkpoint",
        "the tiles do not come to the root of the checkpoint that was signed",
    ),
    "bundle": Text(
        "de vermelding van positie {entry} is niet die van de boom",
        "the entry of position {entry} is not that of the tree",
    ),
    # -- the events --
    "line": Text(
        "dit is geen gebeurtenis zoals een export die schrijft ({problem})",
        "this is no event as an export writes one ({problem})",
    ),
    "beyond": Text(
        "deze positie ligt voorbij het checkpoint, dat van een boom van {size} is",
        "this position is beyond the checkpoint, which is of a tree of {size}",
    ),
    "position": Text(
        "na positie {before} kan deze niet komen: er is iets tussengevoegd, dubbel of verwisseld",
        "this cannot come after position {before}: something was inserted, repeated or swapped",
    ),
    "left-out": Text(
        "na positie {before} ontbreken gebeurtenissen",
        "after position {before} events are left out",
    ),
    "end-left-out": Text(
        "na positie {before} ontbreken gebeurtenissen tot en met {size}",
        "after position {before} events up to {size} are left out",
    ),
    "version": Text(
        "deze versie van het traject komt niet na versie {before}",
        "this version of the project does not come after version {before}",
    ),
    "project": Text(
        "deze gebeurtenis is van een ander traject", "this event is of another project"
    ),
    "time": Text(
        "deze is eerder vastgelegd dan die ervoor", "this was recorded before the one ahead of it"
    ),
    "future": Text(
        "dit zou op {occurred} gebeurd zijn, na de dag waarop het is vastgelegd",
        "this is said to have happened on {occurred}, after the day it was recorded",
    ),
    "sight": Text(
        "deze gebeurtenis is intern, en de export is openbaar",
        "this event is internal, and the export is public",
    ),
    "actor": Text(
        "wie dit vastlegde staat er niet op de manier die bij deze export hoort",
        "who recorded this is not told the way that goes with this export",
    ),
    "entry": Text(
        "deze gebeurtenis is niet wat de boom van deze positie heeft: iets ervan is veranderd",
        "this event is not what the tree has of this position: something of it was changed",
    ),
    "schema": Text(
        "dit schema is niet te gebruiken ({problem})", "this schema cannot be used ({problem})"
    ),
    "schema-changed": Text(
        "dit schema is niet dat van dit type gebeurtenis",
        "this schema is not that of this type of event",
    ),
    "data": Text(
        "de gegevens passen niet bij {schema} ({problem})",
        "the data do not fit {schema} ({problem})",
    ),
    # -- what is made of the events --
    "derived": Text(
        "dit is niet wat uit de gebeurtenissen volgt",
        "this is not what follows from the events",
    ),
    # -- an earlier checkpoint --
    "since": Text(
        "het eerdere checkpoint is niet geldig voor dit logboek ({problem})",
        "the earlier checkpoint is not valid for this log ({problem})",
    ),
    "since-newer": Text(
        "het checkpoint dat u hebt is van een boom van {held}, nieuwer dan deze export: {size}",
        "the checkpoint that you hold is of a tree of {held}, newer than this export: {size}",
    ),
    "since-other": Text(
        "de boom gaat niet verder op het checkpoint dat u hebt: het verleden is veranderd",
        "the tree does not go on from the checkpoint that you hold: the past was changed",
    ),
    "since-unproven": Text(
        "deze export heeft de tegels niet die laten zien dat de boom erop verdergaat;"
        " controleer een export van het hele logboek",
        "this export does not have the tiles that show that the tree goes on from it;"
        " verify an export of the whole log",
    ),
}
