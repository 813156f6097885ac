"""Pages as elements, to ask what stands where."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise

import msgspec

EMPTY = frozenset({"base", "br", "hr", "img", "input", "link", "meta", "wbr"})
"""What has no end tag."""
FIELDS = frozenset({"input", "select", "textarea"})
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
REFERRING = ("aria-labelledby", "aria-describedby", "aria-controls", "for", "headers")


class Element(msgspec.Struct):
    """An element, with all text inside of it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""
    inside: list[Element] = msgspec.field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        return self.attributes.get(name, "")

    def all(self, *tags: str) -> Iterator[Element]:
        """Give the elements inside, in their order; all of them, or those with a tag."""
        for each in self.inside:
            if not tags or each.tag in tags:
                yield each
            yield from each.all(*tags)

    def one(self, tag: str) -> Element:
        """Give the one that there is."""
        [found] = self.all(tag)
        return found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"{tag} says something twice: {names}"
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(element)
        if tag not in EMPTY:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].inside.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        element = self.open.pop()
        assert element.tag == tag, f"{tag} ends where {element.tag} is open"

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data


def read(html: str) -> Element:
    """Read a page, whose every element must end where it should."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    [page] = reader.open
    return page


def wrong_with(page: Element, language: str) -> list[str]:
    """Say what is wrong with how a page is built, for those who hear it or have no mouse."""
    wrong = []
    if page.one("html")["lang"] != language:
        wrong.append("another language is said")
    levels = [HEADINGS.index(each.tag) + 1 for each in page.all(*HEADINGS)]
    if levels.count(1) != 1 or levels[0] != 1:
        wrong.append(f"not one heading above all: {levels}")
    if any(after > before + 1 for before, after in pairwise(levels)):
        wrong.append(f"a level of headings is passed over: {levels}")
    wrong += [f"an empty {each.tag}" for each in page.all(*HEADINGS, "a") if not each.text.strip()]
    ids = [each["id"] for each in page.all() if each["id"]]
    wrong += [f"{name} stands twice" for name in set(ids) if ids.count(name) > 1]
    for each in page.all():
        for name in REFERRING:
            wrong += [f"no {to} for {name}" for to in each[name].split() if to not in ids]
        wrong += [
            f"{name} of {each.tag} is a style or script"
            for name in each.attributes
            if name == "style" or name.startswith("on")
        ]
        if each["href"].startswith("#") and each["href"][1:] not in ids:
            wrong.append(f"nothing at {each['href']}")
    labelled = {each["for"] for each in page.all("label")}
    wrong += [
        f"{each['name']} has no label"
        for each in page.all(*FIELDS)
        if each["type"] != "hidden" and each["id"] not in labelled and not each["aria-label"]
    ]
    wrong += [f"a header of no column or row: {e.text}" for e in page.all("th") if not e["scope"]]
    return wrong
