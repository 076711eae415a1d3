"""The last known screen: what is kept, what is painted, and what never is."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from eventa_cockpit import cover

LABEL = "last known 21:05 — loading"


@pytest.fixture(autouse=True)
def plain_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["cockpit"])
    monkeypatch.setattr(cover, "obstacle", lambda: "")
    monkeypatch.setattr(cover, "size", lambda: (40, 12))
    monkeypatch.setattr(cover, "_place", "")
    cover.hand_over()


def saved_file(state_folder: Path) -> Path:
    (file,) = (state_folder / cover.FOLDER).iterdir()
    return file


def test_a_saved_screen_is_painted_with_its_age(capsys: pytest.CaptureFixture[str]) -> None:
    cover.save(["prod ● 決済障害", "\x1b[31mfiring\x1b[0m"], LABEL)

    assert cover.paint()
    painted = capsys.readouterr().out
    assert painted.startswith("\x1b[?1049h")
    assert "prod ● 決済障害" in painted
    assert "\x1b[31mfiring\x1b[0m" in painted
    assert LABEL in painted


def test_it_is_for_the_user_alone(state_folder: Path) -> None:
    cover.save(["x"], LABEL)

    assert saved_file(state_folder).stat().st_mode & 0o777 == 0o600


def test_rows_beyond_the_terminal_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    cover.save([f"row {number}" for number in range(30)], LABEL)

    cover.paint()

    painted = capsys.readouterr().out
    assert "row 10" in painted
    assert "row 11" not in painted
    assert "\x1b[12;1H" in painted


@pytest.mark.parametrize(
    "hostile", ["\x1b]52;c;cm0gLXJm\x07", "\x1b[2J", "\x1bc", "\x9b31m", "a\rb", "\x1b[31", "\u202e", "\x1b[6n", "\x08"]
)
def test_controls_in_the_file_never_reach_the_terminal(
    hostile: str, state_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cover.save(["x"], LABEL)
    file = saved_file(state_folder)
    head = file.read_text("utf-8").split("\n")[0]
    file.write_text(f"{head}{hostile}\nBEFORE{hostile}AFTER", "utf-8")

    cover.paint()

    painted = capsys.readouterr().out.removeprefix(cover.ENTER)
    assert hostile not in painted
    between = painted.partition("BEFORE")[2].partition("AFTER")[0]
    assert between.isprintable()


def test_a_link_is_painted_as_its_text_alone(capsys: pytest.CaptureFixture[str]) -> None:
    cover.save(["see \x1b]8;;https://status.example/\x1b\\the page\x1b]8;;\x1b\\ now"], LABEL)

    cover.paint()

    assert "see the page now" in capsys.readouterr().out


def test_on_a_narrower_terminal_the_clipped_edge_is_left_blank(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import io

    import pyte

    monkeypatch.setattr(cover, "size", lambda: (60, 12))
    cover.save(["決済" * 14 + "end|"], LABEL)
    monkeypatch.setattr(cover, "size", lambda: (40, 12))
    written = io.StringIO()
    monkeypatch.setattr(sys, "stdout", written)

    cover.paint()

    screen = pyte.Screen(40, 12)
    pyte.Stream(screen).feed(written.getvalue())
    assert screen.display[0].startswith("決済")
    assert screen.buffer[0][39].data == " "
    assert screen.display[1].strip() == ""
    assert LABEL in screen.display[11]


def test_a_screen_of_yesterday_is_not_painted(state_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cover.save(["x"], LABEL)
    file = saved_file(state_folder)
    file.write_text(f"{cover.MAGIC} {int(time.time()) - cover.LONGEST_AGE_S - 1} 40 {LABEL}\nx", "utf-8")

    assert not cover.paint()
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"eventa-cockpit-screen-1 x 40 y\nz", b"a" * (cover.LARGEST_BYTES + 1)]
)
def test_a_file_that_is_none_of_ours_is_not_painted(content: bytes, state_folder: Path) -> None:
    cover.save(["x"], LABEL)
    saved_file(state_folder).write_bytes(content)

    assert not cover.paint()


def test_a_link_is_not_followed(state_folder: Path, tmp_path: Path) -> None:
    cover.save(["x"], LABEL)
    file = saved_file(state_folder)
    file.rename(tmp_path / "elsewhere")
    file.symlink_to(tmp_path / "elsewhere")

    assert not cover.paint()


def test_another_way_of_starting_has_another_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    cover.save(["prod"], LABEL)
    monkeypatch.setattr(sys, "argv", ["cockpit", "--env", "stg"])

    assert not cover.paint()


def test_it_stays_where_it_was_when_a_drill_moves_the_state_folder(
    state_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cover.paint()
    monkeypatch.delenv("EVENTA_COCKPIT_STATE")

    cover.save(["drill"], LABEL)

    assert saved_file(state_folder).read_text("utf-8").endswith("drill")


@pytest.mark.parametrize(
    ("arguments", "is_plain"),
    [
        ([], True),
        (["--env", "prod"], True),
        (["--config=x.toml", "--language", "ja"], True),
        (["demo"], True),
        (["demo", "--fault", "payment"], True),
        (["demo", "--help"], False),
        (["demo", "--world-only"], False),
        (["--help"], False),
        (["--version"], False),
        (["doctor"], False),
        (["--env", "prod", "runbooks", "list"], False),
    ],
)
def test_only_a_start_of_the_screen_is_covered(arguments: list[str], is_plain: bool) -> None:
    assert cover.is_plain_start(arguments) is is_plain


def test_it_is_lifted_once_and_not_after_the_live_screen_took_over(capsys: pytest.CaptureFixture[str]) -> None:
    cover.save(["x"], LABEL)
    cover.paint()
    capsys.readouterr()

    cover.lift()
    assert capsys.readouterr().out == cover.LEAVE
    cover.lift()
    assert capsys.readouterr().out == ""

    cover.paint()
    capsys.readouterr()
    cover.hand_over()
    cover.lift()
    assert capsys.readouterr().out == ""


def test_painting_imports_nothing_but_what_python_has_loaded_already() -> None:
    code = (
        "import sys; before = set(sys.modules); import eventa_cockpit.cover as cover; cover.save(['x'], 'y');"
        "cover.obstacle = lambda: ''; cover.paint();"
        "print(sorted(set(sys.modules) - before), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    allowed = {
        "__future__",
        "eventa_cockpit",
        "eventa_cockpit.cover",
        "eventa_cockpit.folders",
        "eventa_cockpit.terminal",
        "binascii",
    }
    assert set(eval(done.stderr)) <= allowed
