"""The fields of a form, found from the struct that it is to fill."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cache
from typing import Final

import msgspec
from msgspec import NODEFAULT, inspect

from cocreate.domain.steps.base import ID_PATTERN
from cocreate.domain.vocabulary import Vocabulary

LONGEST_LINE: Final = 300
"""How many characters are written on a line at most; what may be longer gets a larger field."""
ANY: Final = "*"

FOR_IMPORTS: Final = frozenset({"source_states_no_motivation"})
"""Fields that only an import may set, and that no form has therefore."""

DECIDABLE: Final = frozenset({"wish", "proposal"})
OFFERED: Final[Mapping[tuple[str, str], frozenset[str]]] = {
    ("subject-outcome", "subject"): DECIDABLE,
    ("deviations", "subjects"): DECIDABLE | {"decision"},
}
"""Which kinds of subjects are offered where the rules, or what makes sense, are narrower than the
type: by what has the field, and its name."""


class Kind(StrEnum):
    """How a field is filled in."""

    LINE = "line"
    TEXT = "text"
    DATE = "date"
    NUMBER = "number"
    FLAG = "flag"
    CHOICE = "choice"
    """One word of a vocabulary."""
    CHOICES = "choices"
    LINES = "lines"
    """Several texts, one on each line."""
    NEW_ID = "new-id"
    """An id for what the step brings; without it, the project makes one up."""
    REFERENCE = "reference"
    """A subject of the project."""
    REFERENCES = "references"
    STEP = "step"
    """A step that was recorded, by its version."""
    STEPS = "steps"
    PART = "part"
    PARTS = "parts"
    CHANGES = "changes"
    """Fields of another step, as they should have been."""


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A field of a form."""

    name: str
    """In kebab-case: texts about it are found by it."""
    key: str
    """Its name in JSON."""
    owner: str
    """What has the field: the noun of a step, or the name of a part."""
    kind: Kind
    required: bool
    default: object = None
    """Its value in JSON where nothing is filled in."""
    vocabulary: type[Vocabulary] | None = None
    refers_to: frozenset[str] = frozenset()
    """The kinds of subjects it may name; empty for any."""
    least: int = 0
    """How many there must be of what it holds many of."""
    fields: Sequence[Field] = ()
    """Of a part."""
    spread: str | None = None
    """Of parts that are each about one subject: the key of that field. A form says it of many."""
    now: Mapping[str, object] = {}
    """What the step says now that changes are about, in JSON."""


@cache
def fields_of(struct: type[msgspec.Struct], owner: str) -> Sequence[Field]:
    """Give the fields of a struct, in its order; ``owner`` is what texts know it by."""
    info = inspect.type_info(struct)
    if not isinstance(info, inspect.StructType):
        raise TypeError(struct)
    return tuple(_field(owner, each) for each in info.fields if each.name not in FOR_IMPORTS)


def _field(owner: str, of: inspect.Field) -> Field:
    wanted, extra = bare(of.type)
    name = of.name.strip("_").replace("_", "-")
    made = Field(
        name=name,
        key=of.encode_name,
        owner=owner,
        kind=Kind.LINE,
        required=of.required,
        default=_default(of),
    )
    replace = msgspec.structs.replace
    match wanted:
        case inspect.VarTupleType():
            return _many(made, wanted)
        case inspect.EnumType():
            return replace(made, kind=Kind.CHOICE, vocabulary=wanted.cls)
        case inspect.StructType():
            return replace(made, kind=Kind.PART, fields=fields_of(wanted.cls, part(wanted.cls)))
        case inspect.DictType():
            return replace(made, kind=Kind.CHANGES)
        case inspect.StrType() if "reference" in extra:
            return replace(made, kind=Kind.REFERENCE, refers_to=_offered(made, extra))
        case inspect.IntType() if "step" in extra:
            return replace(made, kind=Kind.STEP)
        case inspect.StrType():
            return replace(made, kind=_kind_of_text(wanted))
        case _:
            return replace(made, kind=_PLAIN[type(wanted)])


def _many(made: Field, wanted: inspect.VarTupleType) -> Field:
    """Give a field that holds many of something."""
    replace = msgspec.structs.replace
    made = replace(made, least=wanted.min_length or 0)
    inner, extra = bare(wanted.item_type)
    match inner:
        case inspect.EnumType():
            return replace(made, kind=Kind.CHOICES, vocabulary=inner.cls)
        case inspect.StructType():
            fields = fields_of(inner.cls, part(inner.cls))
            about = [each.key for each in fields if each.kind is Kind.REFERENCE and each.required]
            spread = about[0] if about else None
            fields = tuple(
                replace(each, kind=Kind.REFERENCES) if each.key == spread else each
                for each in fields
            )
            return replace(made, kind=Kind.PARTS, fields=fields, spread=spread)
        case inspect.StrType() if "reference" in extra:
            return replace(made, kind=Kind.REFERENCES, refers_to=_offered(made, extra))
        case inspect.IntType():
            return replace(made, kind=Kind.STEPS)
        case _:
            return replace(made, kind=Kind.LINES)


def part(struct: type) -> str:
    """Give what texts know a part by, such as ``subject-outcome``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", struct.__name__).lower()


_PLAIN: Final[Mapping[type[inspect.Type], Kind]] = {
    inspect.DateType: Kind.DATE,
    inspect.IntType: Kind.NUMBER,
    inspect.BoolType: Kind.FLAG,
}


def _kind_of_text(wanted: inspect.StrType) -> Kind:
    if wanted.pattern == ID_PATTERN:
        return Kind.NEW_ID
    long = wanted.max_length is not None and wanted.max_length > LONGEST_LINE
    return Kind.TEXT if long else Kind.LINE


def _offered(made: Field, extra: Mapping[str, object]) -> frozenset[str]:
    kind = str(extra["reference"])
    return OFFERED.get((made.owner, made.name), frozenset() if kind == ANY else frozenset({kind}))


def _default(of: inspect.Field) -> object:
    default = None if of.default is NODEFAULT else of.default
    return list(default) if isinstance(default, tuple) else msgspec.to_builtins(default)


def bare(wanted: inspect.Type) -> tuple[inspect.Type, Mapping[str, object]]:
    """Give a type without what may be left out, and what its ``Meta`` says beside."""
    if isinstance(wanted, inspect.UnionType):
        [wanted] = [each for each in wanted.types if not isinstance(each, inspect.NoneType)]
    extra: Mapping[str, object] = {}
    while isinstance(wanted, inspect.Metadata):
        extra = {**(wanted.extra or {}), **extra}
        wanted = wanted.type
    return wanted, extra
