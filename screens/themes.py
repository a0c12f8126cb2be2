"""Our own colours: dark, light and high contrast, each readable on every ground that text stands on."""

from textual.theme import Theme

_INK = {"dark": "#d7dce2", "light": "#1b2027"}


def _variables(
    ink: str, muted: str, texts: dict[str, str], cursor: tuple[str, str], footer: str
) -> dict[str, str]:
    return {
        **{f"text-{name}": colour for name, colour in texts.items()},
        "text-muted": muted,
        "text-disabled": muted,
        "foreground-muted": muted,
        "block-cursor-background": cursor[0],
        "block-cursor-foreground": cursor[1],
        "block-cursor-blurred-background": cursor[0],
        "block-cursor-blurred-foreground": cursor[1],
        "footer-key-foreground": texts["accent"],
        "footer-background": footer,
        "footer-description-foreground": ink,
        "footer-foreground": ink,
        "input-selection-background": cursor[0],
    }


DARK = Theme(
    name="advisor-dark",
    primary="#5aa9e6",
    secondary="#9d8df1",
    accent="#e0a458",
    warning="#e0a458",
    error="#ef7674",
    success="#7bc47f",
    foreground=_INK["dark"],
    background="#14171c",
    surface="#1a1e25",
    panel="#222831",
    dark=True,
    variables=_variables(
        _INK["dark"],
        "#9aa4b1",
        {
            "primary": "#7dbdf0",
            "secondary": "#b9adf7",
            "accent": "#e9b872",
            "warning": "#f0b866",
            "error": "#ff8f8c",
            "success": "#8fd694",
        },
        ("#1f3750", "#ffffff"),
        "#222831",
    ),
)

LIGHT = Theme(
    name="advisor-light",
    primary="#1f5f99",
    secondary="#5b4aa8",
    accent="#8a4b08",
    warning="#8a4b08",
    error="#a8201a",
    success="#1e6b2e",
    foreground=_INK["light"],
    background="#fafaf7",
    surface="#f1f1ec",
    panel="#e6e6df",
    dark=False,
    variables=_variables(
        _INK["light"],
        "#555d68",
        {
            "primary": "#174f82",
            "secondary": "#4b3b95",
            "accent": "#7a3f00",
            "warning": "#7a3f00",
            "error": "#97150f",
            "success": "#155724",
        },
        ("#c5dcf0", "#10151b"),
        "#e6e6df",
    ),
)

HIGH_CONTRAST = Theme(
    name="advisor-high-contrast",
    primary="#66ccff",
    secondary="#d0b3ff",
    accent="#ffd24d",
    warning="#ffd24d",
    error="#ff9d9d",
    success="#7dff8a",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#101010",
    dark=True,
    variables=_variables(
        "#ffffff",
        "#d0d0d0",
        {
            "primary": "#8fdcff",
            "secondary": "#e0ccff",
            "accent": "#ffe08a",
            "warning": "#ffe08a",
            "error": "#ffb3b3",
            "success": "#a3ffac",
        },
        ("#003c5c", "#ffffff"),
        "#101010",
    ),
)

THEMES = (DARK, LIGHT, HIGH_CONTRAST)
