"""All stories of the demonstration, and the municipalities they play in.

The people, streets and organisations are made up. Stories of long ago have fixed dates; what
still runs is told in days before today, so that the demonstration always shows what is owed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from cocreate.demo import delft, groningen, ijsselstein, leeuwarden, tytsjerksteradiel
from cocreate.demo.telling import Story, Told
from cocreate.demo.tunnel import lamps_in_the_tunnel
from cocreate.domain.municipality import NormThreshold
from cocreate.domain.vocabulary import Norm

__all__ = ["MUNICIPALITIES", "NORMS", "Story", "Told", "stories"]

NORMS: Mapping[str, tuple[NormThreshold, ...]] = {
    "GM0503": (
        NormThreshold(norm=Norm.CONTRIBUTIONS_ANSWERED, days=180),
        NormThreshold(norm=Norm.DEVIATIONS_FED_BACK, days=30),
        NormThreshold(norm=Norm.FINAL_REPORT_DELIVERED, days=60),
    ),
    "GM0014": (
        NormThreshold(norm=Norm.DEVIATIONS_FED_BACK, days=42),
        NormThreshold(norm=Norm.REFLECTION_HELD, days=90),
    ),
}
"""The thresholds that two of the municipalities adopted for the norm check."""

MUNICIPALITIES: Mapping[str, str] = {
    "GM0503": "Delft",
    "GM0014": "Groningen",
    "GM0080": "Leeuwarden",
    "GM0737": "Tytsjerksteradiel",
    "GM0353": "IJsselstein",
}


def stories(today: date) -> tuple[Story, ...]:
    """Give the stories, the lamps in the tunnel first."""
    return (
        lamps_in_the_tunnel(today),
        *delft.stories(today),
        *groningen.stories(today),
        *leeuwarden.stories(today),
        *tytsjerksteradiel.stories(today),
        *ijsselstein.stories(today),
    )
