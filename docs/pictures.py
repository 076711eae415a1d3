"""Draws the documents' pictures: the real cockpit on a simulated outage, at three sizes, in both languages.

usage: python docs/pictures.py [NAME…]   (NAME as in PICTURES; needs rsvg-convert and a font with Japanese)
"""

from __future__ import annotations

import asyncio
import html
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from rich.cells import cell_len

FOLDER = Path(__file__).parent / "pictures"
DEADLINE_S = 60.0
os.environ.update(COLORTERM="truecolor", TERM="xterm-256color", USER="sato", LOGNAME="sato")


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: which outage, how large, in which language, and what was pressed before."""

    name: str
    fault: str
    size: tuple[int, int]
    language: str
    play: str = "worked"


PICTURES = (
    Picture("cockpit-120x40-en", "payment", (120, 40), "en"),
    Picture("cockpit-120x40-ja", "payment", (120, 40), "ja"),
    Picture("cockpit-80x24-ja", "payment", (80, 24), "ja"),
    Picture("cockpit-200x60-ja", "database", (200, 60), "ja", "opened"),
    Picture("cockpit-200x60-en", "frontend", (200, 60), "en", "opened"),
    Picture("confirm-120x40-ja", "payment", (120, 40), "ja", "confirming"),
    Picture("confirm-80x24-en", "payment", (80, 24), "en", "confirming"),
    Picture("chart-120x40-en", "database", (120, 40), "en", "charted"),
    Picture("help-120x40-ja", "payment", (120, 40), "ja", "helped"),
)


async def draw(picture: Picture, config_path: Path, state: Path) -> None:
    """Open the cockpit, play the keys, and write the SVG and the PNG."""
    from eventa_cockpit.app import CockpitApp
    from eventa_cockpit.config import load_config
    from eventa_cockpit.locale import use_language
    from eventa_cockpit.services.setting import desk_for

    use_language(picture.language)
    desk = desk_for(load_config(config_path), state)
    app = CockpitApp(desk)
    try:
        async with app.run_test(size=picture.size) as pilot:
            screen = app.screen_stack[0]

            async def until(condition: Callable[[], object]) -> None:
                end = asyncio.get_running_loop().time() + DEADLINE_S
                while not condition():
                    if asyncio.get_running_loop().time() > end:
                        raise TimeoutError(f"{picture.name}: what the picture needs did not happen")
                    await pilot.pause(0.05)

            await until(lambda: desk.board.feeds and all(feed.value is not None for feed in desk.board.feeds.values()))
            await until(lambda: screen.scene.offers)
            await pilot.press("enter")
            await until(lambda: screen.scene.checklist.runbook is not None)
            await PLAYS[picture.play](pilot.press, until, screen)
            await pilot.pause(0.3)
            await save(app.export_screenshot(title=""), picture.name)
    finally:
        desk.close()


async def opened(_press: Press, _until: Until, _screen: object) -> None:
    """The runbook is open; nothing has run yet."""


async def worked(press: Press, until: Until, screen: object) -> None:
    """The first step has run, the cursor is on the next."""
    await press("enter")
    await until(lambda: len(screen.app.screen_stack) > 1)
    await press("enter")
    await until(lambda: screen.scene.checklist.progress[0] == 1)
    await press("j")


async def confirming(press: Press, until: Until, screen: object) -> None:
    """The dialog of the change stands open."""
    await worked(press, until, screen)
    await press("enter")
    await until(lambda: len(screen.app.screen_stack) > 1)


async def charted(press: Press, until: Until, screen: object) -> None:
    """The database's first metric as a chart."""
    await press("2", "enter")
    await until(lambda: len(screen.app.screen_stack) > 1)


async def helped(press: Press, until: Until, screen: object) -> None:
    await press("question_mark")
    await until(lambda: len(screen.app.screen_stack) > 1)


TEXT = re.compile(r'<text (?P<before>[^>]*?)x="(?P<x>[\d.]+)" (?P<after>[^>]*)>(?P<words>[^<]*)</text>')
RUN = re.compile(r"[\u0021-\u007e]+|[^\s\u00a0]")
CELL = 12.2
"""Width of a cell in Rich's SVG, in its pixels."""


def on_the_grid(svg: str) -> str:
    """Every word of narrow letters and every other character in a cell of its own.

    Rich leaves the spacing to `textLength`, which librsvg ignores, and it drops blanks at a text's beginning.
    """

    def placed(match: re.Match[str]) -> str:
        words = html.unescape(match["words"])
        after = re.sub(r'textLength="[^"]*" ?', "", match["after"])
        return "".join(
            f'<text {match["before"]}x="{float(match["x"]) + CELL * cell_len(words[: run.start()]):.1f}" {after}>'
            f"{html.escape(run[0])}</text>"
            for run in RUN.finditer(words)
        )

    return TEXT.sub(placed, svg)


async def save(svg: str, name: str) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    source = FOLDER / f"{name}.svg"
    source.write_text(on_the_grid(svg), encoding="utf-8")
    converter = await asyncio.create_subprocess_exec("rsvg-convert", str(source), "-o", str(source.with_suffix(".png")))
    if await converter.wait() != 0:
        raise SystemExit(f"rsvg-convert could not draw {source}.")
    source.unlink()


Press = Callable[..., Awaitable[None]]
Until = Callable[[Callable[[], object]], Awaitable[None]]
PLAYS = {"opened": opened, "worked": worked, "confirming": confirming, "helped": helped, "charted": charted}


def main(names: list[str]) -> None:
    if shutil.which("rsvg-convert") is None:
        raise SystemExit("Install rsvg-convert and a Japanese font: apt-get install librsvg2-bin fonts-vlgothic")
    if len(names) != 1:  # one process a picture: a world, a language and a loop of its own
        for picture in PICTURES:
            if not names or picture.name in names:
                subprocess.run([sys.executable, __file__, picture.name], check=True)
                print(FOLDER / f"{picture.name}.png")
        return
    from eventa_cockpit.simulator.launching import start_world

    picture = next(each for each in PICTURES if each.name == names[0])
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        with start_world(root / "world", fault=picture.fault) as world:
            asyncio.run(draw(picture, world.config_path, root / "state"))


if __name__ == "__main__":
    main(sys.argv[1:])
