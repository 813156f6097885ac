"""Every step and every field of it has its words, in Dutch and in English."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from cocreate.api.steps import TAGS
from cocreate.domain.glossary import Language
from cocreate.domain.steps import STEPS
from cocreate.web.forms.catalogue import form_fields
from cocreate.web.forms.fields import Field, Kind
from cocreate.web.forms.offers import ORDER
from cocreate.web.forms.wording import said
from cocreate.web.texts import LANGUAGES, texts


def every(fields: Sequence[Field]) -> Iterator[Field]:
    for field in fields:
        yield field
        yield from every(field.fields)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("noun", sorted(STEPS))
def test_every_field_of_every_step_has_its_label(noun: str, language: Language) -> None:
    t = texts(language)
    for field in every(form_fields(noun)):
        assert said(t, field)
        if field.kind is Kind.PARTS:
            assert t(f"part-of-{field.fields[0].owner}", number=1)
            assert t(f"one-more-{field.fields[0].owner}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_and_chapter_is_explained_and_every_kind_named(language: Language) -> None:
    t = texts(language)
    for noun in STEPS:
        assert t(f"step-{noun}")
        assert t(f"about-step-{noun}")
    for chapter in TAGS.values():
        assert t(f"chapter-{chapter}")
    for kind in ORDER:
        assert t(f"kind-{kind}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_fields_of_a_form_are_called_the_same(language: Language) -> None:
    t = texts(language)
    for noun in STEPS:
        called = [said(t, field) for field in form_fields(noun)]
        assert len({*called}) == len(called), noun
