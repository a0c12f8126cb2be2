"""Colours that can be read."""

import pytest
from textual.color import Color
from textual.theme import Theme

from screens.themes import THEMES

TEXTS = (
    "foreground",
    "text-muted",
    "text-primary",
    "text-accent",
    "text-warning",
    "text-error",
    "text-success",
)
GROUNDS = ("background", "surface", "panel", "block-cursor-background")
READABLE = 4.5
"""WCAG 2.2, level AA, for text of normal size."""


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("text", TEXTS)
def test_text_stands_out_from_every_ground(theme: Theme, text: str, ground: str) -> None:
    colours = theme.to_color_system().generate()
    ratio = contrast(Color.parse(colours[text]), Color.parse(colours[ground]))
    assert ratio >= (7.0 if theme.name.endswith("contrast") else READABLE), f"{ratio:.1f}"


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_the_keys_of_the_footer_stand_out(theme: Theme) -> None:
    colours = theme.to_color_system().generate()
    for text in ("footer-key-foreground", "footer-description-foreground"):
        assert contrast(Color.parse(colours[text]), Color.parse(colours["footer-background"])) >= READABLE


def contrast(text: Color, ground: Color) -> float:
    light, dark = sorted((luminance(text), luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: Color) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(part / 255) for part in colour.rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
