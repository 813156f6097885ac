"""Pages as they are served, read as elements."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise

import httpx
import msgspec

VOID = frozenset({"base", "br", "hr", "img", "input", "link", "meta", "wbr"})
FIELDS = ("input", "select", "textarea")
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
REFERRING = ("aria-labelledby", "aria-describedby", "aria-controls", "for", "headers")
MOST_BYTES = 50_000


class Element(msgspec.Struct):
    """An element of a page, with all text inside of it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""
    inside: list[Element] = msgspec.field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        return self.attributes.get(name, "")

    def all(self, *tags: str, **attributes: str) -> Iterator[Element]:
        """Give the elements inside of some tags and with attributes; ``class_`` is one class."""
        for each in self.inside:
            if (not tags or each.tag in tags) and all(
                value in each.attributes.get("class", "").split()
                if name == "class_"
                else each.attributes.get(name) == value
                for name, value in attributes.items()
            ):
                yield each
            yield from each.all(*tags, **attributes)

    def one(self, *tags: str, **attributes: str) -> Element:
        """Give the one that there is."""
        found = list(self.all(*tags, **attributes))
        assert len(found) == 1, f"{len(found)} of {tags} {attributes}"
        return found[0]


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"{tag} says something twice: {names}"
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].inside.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        element = self.open.pop()
        assert element.tag == tag, f"{element.tag} is open where {tag} ends"

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data


class Page(msgspec.Struct):
    """A page that was served."""

    response: httpx.Response
    root: Element

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def main(self) -> Element:
        return self.root.one("main")

    @property
    def text(self) -> str:
        return " ".join(self.main.text.split())

    @property
    def links(self) -> set[str]:
        """Where its main part leads."""
        return {each["href"] for each in self.main.all("a")}


def read(response: httpx.Response) -> Page:
    """Read a page that was served."""
    parser = _Parser()
    parser.feed(response.text)
    parser.close()
    [root] = parser.open
    return Page(response, root)


def require_readable(page: Page) -> None:
    """Check that a page is there, and that nothing is wrong with it."""
    assert page.status == 200, page.response.text[:2_000]
    assert wrong_with(page) == []


def wrong_with(served: Page) -> list[str]:
    """Say what is wrong with how a page is built, for those who hear it or have no mouse."""
    page, wrong = served.root, []
    if len(served.response.content) > MOST_BYTES:
        wrong.append(f"{len(served.response.content)} bytes")
    if page.one("html")["lang"] != served.response.url.path.split("/")[1]:
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
