"""Feeds in Atom (RFC 4287)."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid5

from cocreate.api.latest import LatestStep
from cocreate.projections.story import day_in_words
from cocreate.web.rendering import Reader

ATOM: Final = b"application/atom+xml; charset=utf-8"
NAMESPACE: Final = "http://www.w3.org/2005/Atom"


def feed(
    feed_id: UUID,
    title: str,
    address: str,
    steps: Sequence[LatestStep],
    recorded_at: Mapping[int, datetime],
    began: datetime,
    reader: Reader,
    public_url: str,
) -> bytes:
    """Give a feed of steps, the last first.

    ``feed_id`` names what it tells of, in any language and wherever the site is; ``address`` is the
    page that it stands beside, and ``public_url`` where pages are reached. ``recorded_at`` has the
    moments at which the steps were recorded, and ``began`` is that of a feed without steps.

    A step was updated when it was recorded. It is published at that same moment, and not on the day
    on which it happened: that stands before what is told of it.
    """
    ET.register_namespace("", NAMESPACE)
    root = ET.Element(f"{{{NAMESPACE}}}feed", {"xml:lang": reader.language})
    _add(root, "id", feed_id.urn)
    _add(root, "title", title)
    updated = max((recorded_at[each.chapter.position] for each in steps), default=began)
    _add(root, "updated", _at(updated))
    _add(root, "link", rel="alternate", type="text/html", href=f"{public_url}{address}")
    _add(root, "link", rel="self", type="application/atom+xml", href=f"{public_url}{address}/feed")
    author = ET.SubElement(root, f"{{{NAMESPACE}}}author")
    _add(author, "name", reader.municipality)
    for file, chapter in steps:
        entry = ET.SubElement(root, f"{{{NAMESPACE}}}entry")
        moment = _at(recorded_at[chapter.position])
        page = f"{public_url}{reader.at.subject(file.id, chapter.about.id)}"
        day = day_in_words(chapter.on, reader.language)
        _add(entry, "id", uuid5(file.id, f"position {chapter.position}").urn)
        _add(entry, "title", chapter.about.title)
        _add(entry, "published", moment)
        _add(entry, "updated", moment)
        _add(entry, "link", rel="alternate", type="text/html", href=page)
        if file.id != feed_id:
            _add(entry, "category", term=str(file.id), label=file.project.title)
        _add(entry, "summary", f"{day}: {getattr(chapter.told, reader.language)}")
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _add(parent: ET.Element, name: str, text: str = "", **said: str) -> None:
    element = ET.SubElement(parent, f"{{{NAMESPACE}}}{name}", said)
    element.text = text or None


def _at(moment: datetime) -> str:
    """Give a moment (RFC 3339)."""
    return moment.astimezone(UTC).isoformat()
