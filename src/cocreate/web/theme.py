"""How a municipality's pages look: its own colours, as design tokens, kept readable.

A colour is darkened until text in it can be read on white, and white text on it: 4.5 to 1 (WCAG
2.2, 1.4.3). So no setting of a municipality makes a page that some cannot read.
"""

from __future__ import annotations

from typing import Final

from cocreate.domain.own_settings import Theme

CONTRAST: Final = 4.5
_WHITE: Final = 1.0


def stylesheet(theme: Theme) -> str:
    """Give the tokens of a theme as a style sheet; empty where it sets none."""
    tokens = {
        "--cocreate-primary-color": theme.primary_colour,
        "--cocreate-accent-color": theme.accent_colour,
    }
    lines = [f"  {name}: {readable(colour)};" for name, colour in tokens.items() if colour]
    return ":root {\n" + "\n".join(lines) + "\n}\n" if lines else ""


def readable(colour: str) -> str:
    """Give a colour (``#rrggbb``) as it is, or as much darker as it takes to read it on white."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    for share in range(100, -1, -1):
        darker = tuple(round(part * share / 100) for part in (red, green, blue))
        if contrast_with_white(*darker) >= CONTRAST:
            return "#{:02x}{:02x}{:02x}".format(*darker)
    return "#000000"


def contrast_with_white(red: int, green: int, blue: int) -> float:
    """Give the contrast of a colour with white, from 1 to 21 (WCAG 2.2, contrast ratio)."""
    luminance = 0.2126 * _linear(red) + 0.7152 * _linear(green) + 0.0722 * _linear(blue)
    return (_WHITE + 0.05) / (luminance + 0.05)


def _linear(part: int) -> float:
    """Give how much light a part of a colour is, out of 1 (sRGB, IEC 61966-2-1)."""
    share = part / 255
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)
