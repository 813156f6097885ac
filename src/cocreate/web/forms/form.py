"""A form as a page shows it: its fields, what stands in them, and what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import msgspec
from markupsafe import Markup

from cocreate.api.validation import errors_in
from cocreate.web.forms.catalogue import said_as
from cocreate.web.forms.entries import Body, Entries, below, body_of
from cocreate.web.forms.errors import Wrong, is_filled, wrong_input
from cocreate.web.forms.fields import Field, Kind
from cocreate.web.forms.offers import Offers, RecordedStep
from cocreate.web.forms.wording import helped, said
from cocreate.web.texts import Texts

ASIDE: Final = frozenset(
    {
        "source",
        "decisionType",
        "case",
        "responsibleOrganisation",
        "expiresOn",
        "expiryReason",
        "legalBasis",
    }
)
"""The keys of fields that few fill in."""


class Form(msgspec.Struct, frozen=True):
    """A form that is filled in."""

    noun: str
    fields: Sequence[Field]
    typed: Entries
    offers: Offers
    t: Texts
    steps: Sequence[RecordedStep] = ()
    """The recorded steps that one can choose from."""
    wrong: Sequence[Wrong] = ()
    focus: str = ""
    """Where to go on typing: in the part that was just added."""

    @property
    def main(self) -> Sequence[Field]:
        """The fields that tell what happened."""
        return [each for each in self.fields if not (_is_aside(each) or each.key == "visibility")]

    @property
    def further(self) -> Sequence[Field]:
        """The fields that few have a use for."""
        return [each for each in self.fields if _is_aside(each)]

    @property
    def may_be_internal(self) -> bool:
        """Whether one can choose who may read it."""
        return any(each.key == "visibility" for each in self.fields)

    @property
    def body(self) -> Body:
        """What was typed, as JSON."""
        return body_of(self.fields, self.typed)

    @property
    def lists(self) -> tuple[str, Field] | None:
        """The field that names many subjects, and the key of what has it, if there is one."""
        for field in self.fields:
            for each in field.fields if field.spread else (field,):
                if each.kind is Kind.REFERENCES:
                    return field.key, each
        return None

    def rows(self, field: Field, at: str) -> Sequence[int]:
        """Give the numbers of the parts that are shown: those there are, and as many as needed."""
        rows = list(self.typed.rows(at))
        while len(rows) < field.least:
            rows.append(rows[-1] + 1 if rows else 0)
        return rows

    def wrong_at(self, at: str) -> Sequence[Wrong]:
        """Give what is wrong with a field itself."""
        return [each for each in self.wrong if each.at == at]

    def attributes(self, field: Field, at: str) -> Markup:
        """Give the attributes by which a field says what is told of it, and whether it is wrong."""
        wrong = bool(self.wrong_at(at))
        told = [
            f"{sort}.{at}" for sort, is_told in (("h", self.helped(field)), ("e", wrong)) if is_told
        ]
        result = Markup(' aria-describedby="{}"').format(" ".join(told)) if told else Markup("")
        if wrong:
            result += Markup(' aria-invalid="true"')
        return result + Markup(" autofocus") if self.focus == at else result

    def is_open(self, field: Field, at: str) -> bool:
        """Tell whether a part has anything in it, or anything wrong."""
        return is_filled(field, self.typed, at) or any(
            each.at.startswith(f"{at}.") for each in self.wrong
        )

    def is_said(self, field: Field, at: str) -> bool:
        """Tell whether anything was typed in a field."""
        if field.kind in (Kind.PART, Kind.CHANGES):
            return is_filled(field, self.typed, at)
        if field.kind is Kind.PARTS:
            return bool(self.typed.rows(at))
        return bool(self.typed.all(at))

    def is_day(self, at: str) -> bool:
        """Tell whether what stands in a field is a day, or nothing: a calendar can show it."""
        return not self.typed.one(at) or self.day(at) is not None

    def day(self, at: str) -> date | None:
        """Give the day that was typed, None for what is none."""
        try:
            return date.fromisoformat(self.typed.one(at))
        except ValueError:
            return None

    @property
    def open_further(self) -> bool:
        """Whether anything is in the fields that few use, or wrong with them."""
        keys = {each.key for each in self.further}
        return any(self.typed.all(key) for key in keys) or any(w.at in keys for w in self.wrong)

    def said(self, field: Field) -> str:
        """Give what a field is called."""
        return said(self.t, field)

    def helped(self, field: Field) -> str | None:
        """Give what helps to fill it in."""
        return helped(self.t, field)

    def taken_elsewhere(self, at: str) -> frozenset[str]:
        """Give the subjects that other parts of the same list are about, each in one part.

        Other fields of parts may name a subject that another part names as well.
        """
        whole, _, key = at.rpartition(".")
        parts, _, row = whole.rpartition(".")
        if not any(each.key == parts and each.spread == key for each in self.fields):
            return frozenset()
        others = (each for each in self.typed.rows(parts) if str(each) != row)
        return frozenset(
            one for each in others for one in self.typed.all(below(below(parts, each), key))
        )

    def read(self) -> tuple[Any, Sequence[Wrong]]:
        """Give what was said as its struct, or None and all that is wrong with it."""
        struct, body = said_as(self.noun), msgspec.json.encode(self.body)
        try:
            return msgspec.json.decode(body, type=struct), ()
        except (msgspec.DecodeError, ValueError, RecursionError):
            found = errors_in(body, struct)
            return None, wrong_input(found, self.fields, self.typed, self.t, self.said)


def _is_aside(field: Field) -> bool:
    return field.kind is Kind.NEW_ID or field.key in ASIDE


def changes_field(
    fields: Sequence[Field], of: Sequence[Field], now: Mapping[str, Any]
) -> Sequence[Field]:
    """Give the fields of a correction with those of the step that is set right.

    ``of`` are the fields that may change, ``now`` is what they say, in JSON.
    """
    return tuple(
        msgspec.structs.replace(each, fields=of, now=now) if each.kind is Kind.CHANGES else each
        for each in fields
    )
