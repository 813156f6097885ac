"""What a form can be asked for before it is sent: more parts or fewer, and much chosen at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cocreate.web.forms.entries import Entries, below, kept, with_one_more, without
from cocreate.web.forms.errors import place_of
from cocreate.web.forms.fields import Field
from cocreate.web.forms.offers import Offers

ARRANGE: Final = frozenset({"more", "less", "all", "none", "narrow", "change"})
"""All of it; nothing that was typed is checked then."""


def arranged(
    do: str, at: str, fields: Sequence[Field], typed: Entries, offers: Offers
) -> tuple[Entries, str]:
    """Give what stands in a form that was made longer or shorter, or in which all was chosen.

    Beside it stands where to go on.
    """
    found = place_of(fields, typed, "/" + at.replace(".", "/")).field
    match do:
        case "less":
            return kept(fields, without(typed, at)), ""
        case "more" if found is not None and found.fields:
            longer = with_one_more(typed, at, found.fields[0])
            return longer, below(below(at, longer.rows(at)[-1]), found.fields[0].key)
        case "all" if found is not None:
            typed.put(at, dict.fromkeys((*typed.all(at), *offers.ids(found))))
        case "none" if found is not None:
            shown = set(offers.ids(found))
            typed.put(at, [each for each in typed.all(at) if each not in shown])
    return typed, ""
