"""The command palette: every action of the registry, and every runbook."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from eventa_cockpit import keymap
from eventa_cockpit.keymap import Scope
from eventa_cockpit.locale import _
from eventa_cockpit.screens.cockpit import CockpitScreen


class Actions(Provider):
    """What can be done in the pane in front, with the key that does it."""

    async def discover(self) -> Hits:
        for action in self._offered():
            yield DiscoveryHit(_label(action), partial(self._do, action), help=_keys(action))

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for action in self._offered():
            score = matcher.match(_label(action))
            if score > 0:
                yield Hit(score, matcher.highlight(_label(action)), partial(self._do, action), help=_keys(action))

    def _offered(self) -> Iterator[keymap.Action]:
        screen = self.screen
        if isinstance(screen, CockpitScreen):
            yield from (a for a in keymap.in_pane(screen.front) if a.is_in_palette and a.scope is Scope.COCKPIT)

    async def _do(self, action: keymap.Action) -> None:
        await self.screen.run_action(action.handler)


def _label(action: keymap.Action) -> str:
    return _(action.label)


def _keys(action: keymap.Action) -> str:
    return ", ".join(keymap.key_name(key) for key in action.keys)
