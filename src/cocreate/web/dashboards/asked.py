"""With what the figures of a dashboard are made: what is known, and how it is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import urlencode

import msgspec

from cocreate.api.asking import dashboard_at
from cocreate.api.knowing import Known
from cocreate.domain.glossary import label
from cocreate.domain.vocabulary import Vocabulary
from cocreate.web.dashboards.figures import Number
from cocreate.web.rendering import Reader
from cocreate.web.texts import Texts, texts

S = TypeVar("S", bound=msgspec.Struct)


class Asking(msgspec.Struct, frozen=True):
    """A reader who asks for a dashboard."""

    reader: Reader
    known: Known

    @property
    def say(self) -> Texts:
        """The texts in the language of the reader."""
        return texts(self.reader.language)

    def word(self, member: Vocabulary | None) -> str:
        """Give the word for a member; that for none where it is None."""
        return self.say("none-named") if member is None else label(member, self.reader.language)

    async def dashboard(self, path: str, narrow: msgspec.Struct, answers: type[S]) -> S:
        """Give what a dashboard of the API answers."""
        return await dashboard_at(path, answers, self.known, narrow)

    def number(
        self, value: float | None, register: str, narrow: msgspec.Struct, **further: object
    ) -> Number:
        """Give a number that leads to the rows of a register which it counts."""
        return Number(value, self.rows(register, narrow, **further) if value else None)

    def rows(self, register: str, narrow: msgspec.Struct, **further: object) -> str:
        """Give the address of rows of a register, narrowed by a filter and further."""
        chosen: Mapping[str, object] = {**msgspec.to_builtins(narrow), **further}
        if self.reader.as_of is not None:
            chosen = {**chosen, "asOf": self.reader.as_of}
        query = urlencode(
            {
                name: str(value).lower() if isinstance(value, bool) else value
                for name, value in chosen.items()
                if value is not None
            }
        )
        address = self.reader.at.page("registers", register)
        return f"{address}?{query}" if query else address
