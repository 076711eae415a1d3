"""The real command in a real pseudo-terminal, given what it cannot use: one sentence, exit status 2, no traceback."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from tests.e2e.terminal import COCKPIT, environment, in_pty

from eventa_cockpit import cover

GOOD = "[environments.prod]\nproduction = true\n"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "cockpit.toml"
    file.write_text(GOOD, "utf-8")
    return file


def refusal(*arguments: str, variables: Mapping[str, str] | None = None, columns: int = 80, rows: int = 24) -> str:
    """What the command said before it ended with status 2, as one line."""
    with in_pty([COCKPIT, *arguments], variables=variables or environment(), columns=columns, rows=rows) as terminal:
        assert terminal.exit_status() == 2, terminal.said
        assert "Traceback" not in terminal.text
        assert terminal.said.count("\n") == 0, terminal.said
        return terminal.said


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\x00\xff\xfe rubbish", "1: this is not UTF-8 text"),
        (b"<html><body>502 Bad Gateway</body></html>", "1: this is not TOML"),
        (b'{"environments": {}}', "1: this is not TOML"),
        (b"[environments.prod]\nproducton = true\n", 'environments.prod.producton: this key is unknown. Did you mean "production"?'),  # noqa: E501
        (b"", "is empty"),
    ],
)  # fmt: skip
def test_rubbish_in_the_configuration(config: Path, content: bytes, sentence: str) -> None:
    config.write_bytes(content)

    said = refusal("--config", str(config))

    assert said.startswith(str(config))
    assert sentence in said


def test_a_configuration_that_is_not_there(tmp_path: Path) -> None:
    assert "cockpit config init --path" in refusal("--config", str(tmp_path / "none.toml"))


def test_an_environment_that_is_not_there(config: Path) -> None:
    assert 'There is no environment "prd"' in refusal("--config", str(config), "--env", "prd")


def test_a_state_folder_that_cannot_be(config: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "cockpit.toml" / "state"  # below a file: refused to root as well

    said = refusal("--config", str(config), variables=environment(EVENTA_COCKPIT_STATE=str(blocked)))

    assert f"Nothing can be recorded in {blocked}: Not a directory." in said
    assert f"ls -ld {config}" in said


def test_a_state_folder_that_root_itself_may_not_write(config: Path) -> None:
    said = refusal("--config", str(config), variables=environment(EVENTA_COCKPIT_STATE="/proc/eventa-cockpit"))

    assert "Nothing can be recorded in /proc/eventa-cockpit:" in said


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.decode().strip()}")
    try:
        fill(folder / "filler")
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill(file: Path) -> None:
    with contextlib.suppress(OSError), file.open("wb", buffering=0) as stream:
        while stream.write(b"x" * 4096):
            pass


@pytest.mark.apt
def test_a_full_disk_is_named_and_nothing_is_started(config: Path, full_disk: Path) -> None:
    said = refusal("--config", str(config), variables=environment(EVENTA_COCKPIT_STATE=str(full_disk)))

    assert f"Nothing can be recorded in {full_disk}: No space left on device. Make room (df -h {full_disk})" in said


@pytest.mark.parametrize("term", ["dumb", "", None])
def test_a_terminal_that_cannot_be_drawn_on(term: str | None) -> None:
    assert "Say what your terminal is: TERM=xterm-256color cockpit" in refusal(variables=environment(TERM=term))


def test_a_terminal_that_is_too_small() -> None:
    said = refusal(columns=20, rows=5)

    assert "20x5" in said.replace("\n", "")
    assert "40x10 at least" in said


@pytest.mark.parametrize("name", ["C", "POSIX", "ja_JP.eucJP", "en_US"])
def test_a_locale_that_is_not_utf8(name: str) -> None:
    said = refusal(variables=environment(LANG=name))

    assert f'"{name}" is not UTF-8' in said
    assert "LC_ALL=C.UTF-8 cockpit" in said


@pytest.mark.parametrize("arguments", [(), ("demo",)])
def test_errors_that_go_to_a_file_would_take_the_screen_along(arguments: tuple[str, ...], tmp_path: Path) -> None:
    errors = tmp_path / "errors"
    line = shlex.join([COCKPIT, *arguments])

    with in_pty(["sh", "-c", f"exec {line} 2>{errors}"], variables=environment()) as terminal:
        assert terminal.exit_status() == 2
        assert terminal.said == ""

    assert "input, output or error output is none" in errors.read_text()
    assert "\x1b" not in errors.read_text()


def test_a_pipe_instead_of_a_terminal() -> None:
    done = subprocess.run([COCKPIT], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)

    assert done.returncode == 2
    assert done.stdout == ""
    assert "ssh -t HOST cockpit" in done.stderr


def test_the_sentence_is_in_the_language_that_was_asked_for_or_in_english() -> None:
    said = refusal("--language", "ja", variables=environment(TERM="dumb"))

    assert "TERM" in said


def test_the_last_known_screen_is_taken_away_before_the_sentence(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config.write_text("rubbish", "utf-8")
    monkeypatch.setattr(sys, "argv", ["cockpit", "--config", str(config)])
    cover.save(["prod ● 3 firing"], "last known 21:05 — loading")

    with in_pty([COCKPIT, "--config", str(config)]) as terminal:
        assert terminal.exit_status() == 2
        shown, left, after = terminal.text.partition(cover.LEAVE)

    assert "prod ● 3 firing" in shown
    assert left
    assert "this is not TOML" in after


def test_output_that_cannot_be_written_is_named(config: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [COCKPIT, "--config", str(config), "config", "check"],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip

    assert done.returncode == 2
    assert done.stderr == "The output could not be written: No space left on device.\n"


def test_a_reader_that_went_away_is_no_matter(config: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [COCKPIT, "--config", str(config), "config", "check"],
        stdout=writing, stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    os.close(writing)

    assert done.returncode == 1
    assert done.stderr == ""


def test_a_fault_of_its_own_leaves_a_report_without_values(state_folder: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text(
        "import sys\n"
        "import eventa_cockpit.cli.group as cli\n"
        "def break_(*_a, **_k):\n"
        "    token = 'hunter22-value'\n"
        "    raise ZeroDivisionError(token[:0])\n"
        "cli.cockpit.main = break_\n"
        "sys.exit(cli.main([]))\n",
        "utf-8",
    )
    done = subprocess.run([sys.executable, str(broken)], capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    (report,) = state_folder.glob("crash-*.txt")
    assert str(report) in done.stderr
    assert report.stat().st_mode & 0o777 == 0o600
    assert "ZeroDivisionError" in report.read_text("utf-8")
    assert "hunter22" not in report.read_text("utf-8")


def test_without_any_tool_the_doctor_names_them(config: Path, tmp_path: Path) -> None:
    empty = tmp_path / "bin"
    empty.mkdir()
    done = subprocess.run(
        [COCKPIT, "--config", str(config), "doctor", "--json"],
        env=environment(PATH=str(empty)), capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 1, done.stderr
    missing = {finding["subject"] for finding in json.loads(done.stdout)["findings"] if finding["verdict"] == "missing"}
    assert "bash" in missing


def test_a_fault_inside_the_screen_gives_the_terminal_back_and_one_sentence(state_folder: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text(
        "import sys\n"
        "from eventa_cockpit.cli import main\n"
        "from eventa_cockpit.screens.cockpit import CockpitScreen\n"
        "def on_show(self):\n"
        "    token = ''.join(['hunter', '22'])\n"
        "    raise ZeroDivisionError\n"
        "CockpitScreen.on_show = on_show\n"
        "sys.exit(main([]))\n",
        "utf-8",
    )
    with in_pty([sys.executable, str(broken)], columns=100) as terminal:
        assert terminal.exit_status() == 2, terminal.said
        _screen, left, after = terminal.text.rpartition("\x1b[?1049l")

    assert left
    assert "a fault of its own (ZeroDivisionError)" in after
    assert "Traceback" not in terminal.text
    (report,) = state_folder.glob("crash-*.txt")
    assert "on_show" in report.read_text("utf-8")
    assert "hunter22" not in report.read_text("utf-8")
