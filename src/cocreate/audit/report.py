"""The report of an export for people: who recorded what, when, and where it stands in the log.

It is made of the lines of the export and nothing else, one after another, so that whoever verifies
can make it again and see that it says the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from html import escape
from typing import Any, Final

import msgspec

from cocreate.audit.layout import Description, Line
from cocreate.audit.wrong import Language
from cocreate.log.tokens import TOKEN

_STYLE = """
:root { font: 100%/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; }
body { margin: 0 auto; max-width: 70rem; padding: 1rem; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: bold; padding: 0.5rem 0; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.5rem; }
th, td { border: 1px solid #6b6b6b; }
td { overflow-wrap: anywhere; }
dt { font-weight: bold; }
dd { margin: 0; overflow-wrap: anywhere; }
@media print { thead { display: table-header-group; } tr { break-inside: avoid; } }
"""
_WORDS: Final[Mapping[Language, Mapping[str, str]]] = {
    "nl": {
        "log": "Logboek van de gemeente {name}",
        "project": "Geschiedenis van het co-creatietraject",
        "municipality": "Gemeente",
        "of": "Traject",
        "until": "Tot en met positie",
        "origin": "Logboek",
        "shows": "Toont",
        "internal": "intern",
        "public": "openbaar",
        "sight-internal": "alle gebeurtenissen, ook interne",
        "sight-public": "alleen openbare gebeurtenissen",
        "events": "Gebeurtenissen",
        "position": "Positie",
        "recorded": "Vastgelegd (UTC)",
        "occurred": "Gebeurd op",
        "who": "Wie",
        "what": "Wat",
        "for": "Voor wie",
        "sealed": "[verzegelde persoonsgegevens]",
        "first": "Van positie",
        "last": "Tot positie",
        "proof": "Dit verslag is gemaakt uit data/events.jsonl. Het bewijs staat in de export: "
        "'cocreate audit verify' controleert alles, ook dit verslag.",
        "head": "Niets hierin bewijst dat er na de laatste versie van een traject niets meer "
        "volgde vóór het eind van de export; dat laat alleen een export van het hele logboek zien.",
    },
    "en": {
        "log": "Log of the municipality of {name}",
        "project": "History of the co-creation project",
        "municipality": "Municipality",
        "of": "Project",
        "until": "Up to position",
        "origin": "Log",
        "shows": "Shows",
        "internal": "internal",
        "public": "public",
        "sight-internal": "all events, internal ones too",
        "sight-public": "public events only",
        "events": "Events",
        "position": "Position",
        "recorded": "Recorded (UTC)",
        "occurred": "Happened on",
        "who": "Who",
        "what": "What",
        "for": "For whom",
        "sealed": "[sealed personal data]",
        "first": "From position",
        "last": "To position",
        "proof": "This report was made from data/events.jsonl. The proof is in the export itself: "
        "'cocreate audit verify' checks all of it, this report too.",
        "head": "Nothing in it proves that nothing came after the last version of a project before "
        "the end of the export; only an export of the whole log shows that.",
    },
}
_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")


class Tally:
    """How many events each history of a whole log has, and from where to where."""

    def __init__(self) -> None:
        self._histories: dict[str, list[int]] = {}

    def take(self, *lines: Line) -> None:
        """Count events."""
        histories = self._histories
        for line in lines:
            counted = histories.get(line.project)
            if counted is None:
                histories[line.project] = [1, line.position, line.position]
            else:
                counted[0] += 1
                counted[2] = line.position

    def rows(self) -> str:
        """Give what is told of each history, as HTML."""
        return "".join(
            f"<tr><td>{project}</td><td>{count}</td><td>{first}</td><td>{last}</td></tr>\n"
            for project, (count, first, last) in self._histories.items()
        )


class Report:
    """A report in one language as it grows: what each method gives is to be written in turn.

    That of a project has a row for each event, that of a whole log one for each history.
    """

    def __init__(self, description: Description, language: Language) -> None:
        self._said = description
        self._words = _WORDS[language]
        self._language = language

    def head(self) -> str:
        """Give what comes before the events."""
        said, words = self._said, self._words
        title = words["log"].format(name=said.name) if said.whole else words["project"]
        facts = {
            "municipality": f"{said.name} ({said.municipality})",
            **({} if said.whole else {"of": f"{said.title or ''} ({said.project})"}),
            "until": f"{said.size}",
            "origin": said.origin,
            "shows": words[f"sight-{said.sight}"],
        }
        told = "".join(
            f"<dt>{words[name]}</dt><dd>{escape(value)}</dd>" for name, value in facts.items()
        )
        columns = (
            ("of", "events", "first", "last")
            if said.whole
            else ("position", "recorded", "occurred", "who", "what", "for")
        )
        heads = "".join(f'<th scope="col">{words[name]}</th>' for name in columns)
        return (
            f'<!doctype html>\n<html lang="{self._language}">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width">\n'
            f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
            f"<h1>{escape(title)}</h1>\n<dl>{told}</dl>\n<p>{words['proof']}</p>\n"
            f"<p>{words['head']}</p>\n<table>\n<caption>{words['events']}</caption>\n"
            f"<thead><tr>{heads}</tr></thead>\n<tbody>\n"
        )

    def row(self, line: Line) -> str:
        """Give what is told of an event."""
        who = f"{line.actor_role} {line.actor}" if line.actor else line.actor_role
        what = told_of(line, self._words["sealed"])
        return (
            f"<tr><td>{line.position}</td><td>{line.recorded_at:%Y-%m-%d %H:%M:%S}</td>"
            f"<td>{line.occurred_on}</td><td>{escape(who)}</td><td>{what}</td>"
            f"<td>{self._words[line.visibility]}</td></tr>\n"
        )

    def tail(self, tally: Tally) -> str:
        """Give what comes after the rows of the events; the tally has some for a whole log only."""
        return f"{tally.rows()}</tbody>\n</table>\n</main>\n</body>\n</html>\n"


class Rendered:
    """A report that is only to be compared: nothing is kept but its hash."""

    def __init__(self, description: Description, language: Language) -> None:
        self._report = Report(description, language)
        self._digest = sha256(self._report.head().encode())

    def take(self, line: Line) -> None:
        """Go on with the next event."""
        self._digest.update(self._report.row(line).encode())

    def sha256(self, tally: Tally) -> str:
        """Give the hash of the report, which ends here."""
        self._digest.update(self._report.tail(tally).encode())
        return self._digest.hexdigest()


def told_of(line: Line, sealed: str) -> str:
    """Give what an event says, as HTML: its type in words, and its fields.

    Personal data is in an export as it stands in the log, sealed: that it is there is all to tell.
    """
    kind = _WORD.sub(" ", line.type)
    fields: dict[str, Any] = msgspec.json.decode(TOKEN.sub(sealed.encode(), line.data))
    told = [f"<b>{escape(kind)}</b>"]
    told += [f"{escape(name)}: {escape(_text(value))}" for name, value in fields.items()]
    return "<br>".join(told)


def _text(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
