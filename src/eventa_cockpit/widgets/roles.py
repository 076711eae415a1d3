"""What each role of a span looks like in a theme."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from rich.style import Style

from eventa_cockpit.theme import palette_of
from eventa_cockpit.widgets.view.lines import Role


@cache
def role_styles(theme: str) -> Mapping[Role, Style]:
    """Every role's style in a theme."""
    palette = palette_of(theme)
    base = Style(color=palette.foreground, bgcolor=palette.background)

    def ink(color: str, *, bold: bool = False, underline: bool = False) -> Style:
        return base + Style(color=color, bold=bold, underline=underline)

    def block(color: str, ground: str) -> Style:
        return Style(color=color, bgcolor=ground, bold=True)

    return MappingProxyType(
        {
            Role.TEXT: base,
            Role.STRONG: base + Style(bold=True),
            Role.MUTED: ink(palette.muted),
            Role.ACCENT: ink(palette.accent),
            Role.KEY: ink(palette.accent, bold=True),
            Role.GOOD: ink(palette.good),
            Role.WARNING: ink(palette.warning),
            Role.CRITICAL: ink(palette.critical, bold=True),
            Role.FRAME: ink(palette.frame),
            Role.FRAME_FOCUS: ink(palette.accent),
            Role.PROD: block(palette.on_badge, palette.prod),
            Role.STAGING: block(palette.on_badge, palette.staging),
            Role.DRILL: block(palette.on_drill, palette.drill),
            Role.READ_ONLY: block(palette.muted, palette.panel),
            Role.IN_CONTROL: block(palette.background, palette.accent),
            Role.READ: ink(palette.good),
            Role.CHANGE: ink(palette.warning),
            Role.DESTRUCTIVE: ink(palette.critical, bold=True),
            Role.COMMAND: ink(palette.foreground),
            Role.VALUE: ink(palette.accent, bold=True),
            Role.SECRET: ink(palette.warning),
            Role.MISSING: ink(palette.critical, bold=True, underline=True),
            Role.COMPUTED: ink(palette.good),
        }
    )


@cache
def selection_style(theme: str) -> Style:
    """Ground of the selected row; the row says so with a glyph as well."""
    return Style(bgcolor=palette_of(theme).selection)
