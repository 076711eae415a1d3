"""The real cockpit in a real terminal, with every source hostile at once, led through every pane and dialog."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.contract.loopback import Loopback, running
from tests.e2e.survival.seen import SeenPty
from tests.e2e.terminal import COCKPIT, DEADLINE_S, environment
from tests.faults.hostile import world
from tests.faults.hostile.payloads import MARKUP, PAYLOADS
from tests.faults.hostile.reading_back import harm

START_S = 60.0
PAGED_ROWS = 80
"""Rows that are paged through in each list: more than the longest of them has."""
LONG = [
    pytest.param(size, language, marks=[pytest.mark.long])
    for size in ((80, 24), (120, 40), (200, 60))
    for language in ("en", "ja")
]
REACTION_S, QUIET_S = 0.3, 0.05
ESCAPE, ESCAPE_S = "\x1b", 0.15
WATCH = {"1": "alert", "3": "issue", "6": "rollout", "7": "note"}
"""Pane's key → word before the payloads that are expected in it."""
RUN_IT = {"en": "run it", "ja": "実行する"}


class Led:
    """A cockpit that is led, and every screen that it showed on the way."""

    def __init__(self, terminal: SeenPty, rows: int, language: str) -> None:
        self.terminal = terminal
        self.pages = PAGED_ROWS // rows
        self.run_it = RUN_IT[language]
        self.shown: list[str] = []

    def look(self) -> str:
        """The screen once nothing more is drawn."""
        self.terminal.settle(REACTION_S, QUIET_S)
        self.shown.append(self.terminal.text)
        return self.shown[-1]

    def press(self, *keys: str) -> str:
        for key in keys:
            self.terminal.send(key)
            if key == ESCAPE:  # a key that follows at once would make another key of both
                self.terminal.settle(ESCAPE_S, ESCAPE_S)
            self.look()
        return self.shown[-1]

    def waits_for(self, text: str, deadline_s: float = DEADLINE_S) -> str:
        self.terminal.wait_for(text, deadline_s)
        return self.look()

    def found(self, source: str) -> set[int]:
        """Numbers of the payloads of this source that were on any screen."""
        seen = "\n".join(self.shown)
        return {number for number in range(len(PAYLOADS)) if f"{source}{number:02}" in seen}


@contextmanager
def cockpit(place: world.Place, size: tuple[int, int], language: str = "en") -> Iterator[Led]:
    home = str(place.folder / "home")
    variables = environment(
        EVENTA_COCKPIT_STATE=str(place.state),
        XDG_STATE_HOME=home,
        SENTRY_TOKEN=world.TOKEN,
        AWS_EC2_METADATA_DISABLED="true",
    )
    arguments = [COCKPIT, "--language", language, "--config", str(place.config)]
    terminal = SeenPty(arguments, variables=variables, columns=size[0], rows=size[1])
    try:
        yield Led(terminal, size[1], language)
        terminal.send("q")
        assert terminal.exit_status() == 0
    finally:
        terminal.close()


@pytest.fixture
def upstream() -> Iterator[Loopback]:
    with running() as loopback:
        loopback.behaviour = world.talking()
        yield loopback


def watch(led: Led) -> None:
    """Every pane that shows what others say, filling the screen."""
    for key in WATCH:
        led.press("\x1b", key, key, "g")
        for _page in range(led.pages):
            led.press("\x1b[6~")
        led.press("G")
    led.press("\x1b")


def act(led: Led) -> None:
    """Every dialog, over every pane that holds something to choose."""
    led.press("4", "g", "\r")
    led.waits_for(led.run_it)
    led.press("y")
    led.waits_for(f" 1/{len(PAYLOADS) + 1}")
    led.press("5", "z")
    led.waits_for("output-is-over")
    led.press("w", "g")
    led.waits_for("output00")
    led.press("w", "g", "z", "4", "z")
    for _step in PAYLOADS:
        led.press("j")
    led.press("k", "k", "\r", "\x1b")
    led.press("s", "\x1b", "d", "\x1b", "?", "\x1b", "b", "\x1b", "\x10", "\x1b", "z")


def watch_notes(led: Led) -> None:
    """The timeline again, now with what was done."""
    led.press("\x1b", "7", "7", "g", *("\x1b[6~" for _page in range(2 * led.pages)), "G", "\x1b")


def paste(led: Led) -> None:
    """What comes out of somebody's clipboard goes into a note."""
    led.press("n")
    led.press(f"\x1b[200~pasted00{PAYLOADS['override']}{PAYLOADS['zero width']}{PAYLOADS['markup']}\x1b[201~", "\r")


def conclude(led: Led, sources: Mapping[str, Set[int]], name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Prints what was tried; fails when something harmful was written, or a payload was nowhere to be seen."""
    harmful = harm(led.terminal.written)
    lost = {source: sorted(missing) for source, wanted in sources.items() if (missing := wanted - led.found(source))}
    tried = sum(map(len, sources.values()))
    with capsys.disabled():
        print(f"\nhostile text, {name}: {tried} tried, {sum(map(len, lost.values()))} lost, {len(harmful)} wrong")
    assert harmful[:5] == []
    assert lost == {}


ALL = frozenset(range(len(PAYLOADS)))
OVERWRITTEN = frozenset({list(PAYLOADS).index("overwriting")})
"""In output, as any terminal would leave it: the carriage return is obeyed within its line."""
EVERYWHERE: Mapping[str, Set[int]] = {
    **dict.fromkeys(("alert", "summary", "issue", "rollout", "note", "step"), ALL),
    "output": ALL - OVERWRITTEN,
    **dict.fromkeys(("incident", "book", "pasted", "name"), frozenset({0})),
}
"""Source → payloads of it that must be made out on some screen."""


@pytest.mark.parametrize(("size", "language"), [((120, 40), "en"), *LONG])
def test_nothing_hostile_reaches_the_terminal(
    size: tuple[int, int], language: str, upstream: Loopback, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = world.made(tmp_path / "place", upstream)
    with cockpit(place, size, language) as led:
        led.waits_for("book00", START_S)
        led.press("1")  # a small terminal has room for one pane
        led.waits_for("alert00", START_S)
        for lead in (watch, act, paste, watch_notes):
            lead(led)
        assert MARKUP in "\n".join(led.shown)
    conclude(led, EVERYWHERE, f"every source in every pane, {size[0]}x{size[1]} {language}", capsys)
    assert [path.name for path in (tmp_path / "place" / "home").rglob("crash-*")] == []


@pytest.mark.parametrize("payload", [pytest.param(text, id=name) for name, text in PAYLOADS.items()])
@pytest.mark.long
def test_an_upstream_that_refuses_in_hostile_words(
    payload: str, upstream: Loopback, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    upstream.behaviour = world.refusing(payload)
    place = world.made(tmp_path / "place", upstream, has_incident=False)
    with cockpit(place, (120, 40)) as led:
        led.waits_for("Next try", START_S)
        watch(led)
    conclude(led, {}, "a refusal of every upstream", capsys)
