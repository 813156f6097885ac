"""The colours of a municipality can be read, whatever they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocreate.domain.own_settings import Theme
from cocreate.web.theme import CONTRAST, contrast_with_white, readable, stylesheet

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def contrast(colour: str) -> float:
    return contrast_with_white(*(int(colour[at : at + 2], 16) for at in (1, 3, 5)))


@given(COLOURS)
def test_a_colour_can_be_read_on_white(colour: str) -> None:
    assert contrast(readable(colour)) >= CONTRAST


@given(COLOURS)
def test_a_colour_that_can_be_read_stays_as_it_is(colour: str) -> None:
    assert readable(readable(colour)) == readable(colour)
    if contrast(colour) >= CONTRAST:
        assert readable(colour) == colour


@pytest.mark.parametrize(
    ("colour", "ratio"),
    [("#ffffff", 1.0), ("#000000", 21.0), ("#777777", 4.48), ("#767676", 4.54)],
)
def test_contrast_is_that_of_wcag(colour: str, ratio: float) -> None:
    assert contrast(colour) == pytest.approx(ratio, abs=0.01)


def test_a_theme_sets_the_tokens_it_names() -> None:
    assert stylesheet(Theme()) == ""
    told = stylesheet(Theme(primary_colour="#154273"))
    assert "--cocreate-primary-color: #154273;" in told
    assert "accent" not in told
