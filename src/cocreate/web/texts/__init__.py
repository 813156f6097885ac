"""The words of the pages, in Dutch and in English, as catalogues of Project Fluent.

Words of the vocabularies are not here: those are in the glossary, which the API tells as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Final

from fluent.runtime import FluentBundle, FluentResource
from fluent.runtime.types import FluentNone

from cocreate.domain.glossary import Language

LANGUAGES: Final[tuple[Language, ...]] = ("nl", "en")
"""The languages of the pages, the first where a reader prefers none."""
LOCALES: Final[Mapping[Language, str]] = {"nl": "nl-NL", "en": "en-GB"}

Argument = str | int | float | Decimal | date


class MissingText(LookupError):  # noqa: N818
    """A catalogue has no such text, or a text names what it was not given."""


class Texts:
    """The texts of one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        # Marks around what is filled in would stand in addresses and attributes as well.
        self._bundle = FluentBundle([LOCALES[language]], use_isolating=False)
        self._plain: dict[str, str] = {}
        for resource in _catalogues(language):
            self._bundle.add_resource(FluentResource(resource))

    def __call__(self, name: str, **filled_in: Argument) -> str:
        """Give a text, with what is filled in; numbers choose between singular and plural.

        Raises :class:`MissingText`.
        """
        if not filled_in and (kept := self._plain.get(name)) is not None:
            return kept
        try:
            message = self._bundle.get_message(name)
        except LookupError:
            raise MissingText(name) from None
        if message.value is None:
            raise MissingText(name)
        text, wrong = self._bundle.format_pattern(message.value, filled_in)
        if wrong or isinstance(text, FluentNone):
            problem = f"{name}: {wrong}"
            raise MissingText(problem)
        if not filled_in:
            self._plain[name] = text
        return text

    def has(self, name: str) -> bool:
        """Tell whether there is such a text."""
        return self._bundle.has_message(name)


@cache
def texts(language: Language) -> Texts:
    """Give the texts of a language."""
    return Texts(language)


def _catalogues(language: Language) -> list[str]:
    folder = files(__name__) / language
    catalogues = sorted(
        (each for each in folder.iterdir() if each.name.endswith(".ftl")),
        key=lambda each: each.name,
    )
    return [each.read_text(encoding="utf-8") for each in catalogues]
