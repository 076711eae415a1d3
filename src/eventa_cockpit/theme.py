"""Colours: one dark and one light theme with one accent."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from textual.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Mapping

DARK = "cockpit-dark"
LIGHT = "cockpit-light"


class Palette(NamedTuple):
    """The few colours that everything is made of."""

    background: str
    panel: str
    selection: str
    frame: str
    foreground: str
    muted: str
    accent: str
    good: str
    warning: str
    critical: str
    prod: str
    staging: str
    drill: str
    on_badge: str
    on_drill: str


PALETTES: Mapping[str, Palette] = MappingProxyType(
    {
        DARK: Palette(
            background="#10151c",
            panel="#18202a",
            selection="#22303f",
            frame="#36424f",
            foreground="#d3dae3",
            muted="#8592a1",
            accent="#6cb6ff",
            good="#7cc68d",
            warning="#e0b352",
            critical="#ff7f77",
            prod="#c43d3d",
            staging="#2e7d57",
            drill="#d9ad3c",
            on_badge="#ffffff",
            on_drill="#20180a",
        ),
        LIGHT: Palette(
            background="#fbfcfd",
            panel="#eef1f4",
            selection="#dcebfa",
            frame="#b9c2cc",
            foreground="#1f2730",
            muted="#5d6975",
            accent="#0b62b8",
            good="#1c7a3e",
            warning="#8a5a00",
            critical="#c02626",
            prod="#b32424",
            staging="#1f6b47",
            drill="#f0c24b",
            on_badge="#ffffff",
            on_drill="#2b2005",
        ),
    }
)


def textual_themes() -> tuple[Theme, ...]:
    """The same colours for Textual's own parts: inputs, scroll bars, the palette."""
    return tuple(_textual_theme(name, palette) for name, palette in PALETTES.items())


def palette_of(theme: str) -> Palette:
    """Colours of a theme; an unknown one looks like the dark one."""
    return PALETTES.get(theme, PALETTES[DARK])


def _textual_theme(name: str, palette: Palette) -> Theme:
    return Theme(
        name=name,
        primary=palette.accent,
        secondary=palette.muted,
        accent=palette.accent,
        warning=palette.warning,
        error=palette.critical,
        success=palette.good,
        foreground=palette.foreground,
        background=palette.background,
        surface=palette.panel,
        panel=palette.panel,
        dark=name == DARK,
        variables={
            "frame": palette.frame,
            "muted": palette.muted,
            "prod": palette.prod,
            "staging": palette.staging,
            "drill": palette.drill,
            "selection": palette.selection,
            "block-cursor-background": palette.selection,
            "block-cursor-foreground": palette.foreground,
            "scrollbar": palette.frame,
            "scrollbar-background": palette.background,
            "scrollbar-corner-color": palette.background,
        },
    )
