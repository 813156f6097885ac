"""Steps that people could fill in, of every kind, made up from their types."""

from __future__ import annotations

import string
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any, cast

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

from cocreate.domain.steps.base import ID_PATTERN, TEXT_PATTERN, Url
from cocreate.web.forms.fields import FOR_IMPORTS, LONGEST_LINE

_ID = st.text(string.ascii_letters + string.digits, min_size=1, max_size=8)
_WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=12
)
_URL = _ID.map("https://voorbeeld.nl/{}".format)
_URL_PATTERN = cast("inspect.StrType", inspect.type_info(Url)).pattern


@cache
def steps(struct: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    """Give structs of a type, as someone could type them: no text begins or ends in space."""
    return _values(inspect.type_info(struct))


def _values(info: inspect.Type) -> st.SearchStrategy[Any]:
    match info:
        case inspect.Metadata():
            return _values(info.type)
        case inspect.UnionType():
            return st.one_of(*map(_values, info.types))
        case inspect.StructType():
            fields = {
                each.name: _values(each.type)
                for each in info.fields
                if each.name not in FOR_IMPORTS
            }
            return st.builds(info.cls, **fields)
        case inspect.VarTupleType():
            least = info.min_length or 0
            many = st.lists(_values(info.item_type), min_size=least, max_size=least + 2)
            return many.map(tuple)
        case inspect.EnumType():
            return st.sampled_from(list(info.cls))
        case inspect.IntType():
            return st.integers(info.ge or 0, info.le or 2**31)
        case inspect.DateType():
            return st.dates(min_value=date(1000, 1, 1))
        case inspect.StrType():
            return _texts(info)
    return _PLAIN[type(info)]


_PLAIN: Mapping[type[inspect.Type], st.SearchStrategy[Any]] = {
    inspect.NoneType: st.none(),
    inspect.BoolType: st.booleans(),
}


def _texts(info: inspect.StrType) -> st.SearchStrategy[str]:
    if info.pattern == ID_PATTERN:
        return _ID
    if info.pattern == _URL_PATTERN:
        return _URL
    if info.pattern != TEXT_PATTERN:
        return st.from_regex(
            cast("str", info.pattern).replace(r"(?![\s\S])", r"\Z"), fullmatch=True
        )
    one = _WORDS.map(str.strip).filter(bool)
    if (info.max_length or 0) <= LONGEST_LINE:
        return one
    return st.lists(one, min_size=1, max_size=3).map("\n".join)
