"""Pages as they are served, read as elements."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise

import httpx
import msgspec

VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "circle", "line", "path", "rect"})


class Element(msgspec.Struct):
    """An element of a page, with all text inside of it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""
    inside: list[Element] = msgspec.field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]

    def all(self, tag: str | None = None, **attributes: str) -> Iterator[Element]:
        """Give the elements inside of a tag and with attributes; ``class_`` is one class."""
        for each in self.inside:
            if tag in (None, each.tag) and all(
                value in each.attributes.get("class", "").split()
                if name == "class_"
                else each.attributes.get(name) == value
                for name, value in attributes.items()
            ):
                yield each
            yield from each.all(tag, **attributes)

    def one(self, tag: str | None = None, **attributes: str) -> Element:
        """Give the one that there is."""
        found = list(self.all(tag, **attributes))
        assert len(found) == 1, f"{len(found)} of {tag} {attributes}"
        return found[0]


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].inside.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
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
    """Check what every page has to be for those who do not see it as others do (WCAG 2.2)."""
    assert page.status == 200, page.response.text[:2_000]
    assert len(page.response.content) < 50_000
    levels = [int(each.tag[1]) for each in page.root.all() if each.tag in ("h1", "h2", "h3", "h4")]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    for table in page.root.all("table"):
        assert all("scope" in each.attributes for each in table.all("th"))
    named = {each["for"] for each in page.root.all("label")}
    for tag in ("input", "select", "textarea"):
        for field in page.root.all(tag):
            assert field.attributes.get("type") == "hidden" or field["id"] in named
    ids = [each["id"] for each in page.root.all() if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    for each in page.root.all():
        assert "style" not in each.attributes
        for name in ("aria-labelledby", "aria-describedby"):
            assert set(each.attributes.get(name, "").split()) <= set(ids)
