"""Forms as browsers send them: what a page has in its fields, changed as someone types."""

from __future__ import annotations

from html.parser import HTMLParser

Pairs = list[tuple[str, str]]


class _Reader(HTMLParser):
    """Reads the fields of the forms in the main part of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = False
        self.pairs: Pairs = []
        self.buttons: list[tuple[str, str]] = []
        self.select: str | None = None
        self.options: list[tuple[str, bool]] = []
        self.textarea: str | None = None
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "main":
            self.inside = True
        elif not self.inside:
            return
        elif tag == "input" and name:
            kind = given.get("type", "text")
            if kind not in ("radio", "checkbox") or "checked" in given:
                self.pairs.append((name, value))
        elif tag == "button":
            self.buttons.append((name, value))
        elif tag == "textarea":
            self.textarea, self.text = name, ""
        elif tag == "select":
            self.select, self.options = name, []
        elif tag == "option":
            self.options.append((value, "selected" in given))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "main":
            self.inside = False
        elif tag == "textarea" and self.textarea is not None:
            self.pairs.append((self.textarea, self.text.removeprefix("\n")))
            self.textarea = None
        elif tag == "select" and self.select is not None:
            chosen = [value for value, selected in self.options if selected]
            self.pairs.append((self.select, (chosen or [self.options[0][0]])[0]))
            self.select = None


def in_page(html: str) -> Pairs:
    """Give what a browser would send of the form of a page, without any button."""
    reader = _Reader()
    reader.feed(html)
    return reader.pairs


def filled_in(pairs: Pairs, typed: Pairs) -> Pairs:
    """Give what it would send once someone typed in some fields."""
    names = {name for name, _ in typed}
    return [*(pair for pair in pairs if pair[0] not in names), *typed]
