"""A secret is in the supervisor and in the command, and nowhere else: on no disk, in no argument list, on no screen."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest
from tests.faults.repeats import repeats
from tests.faults.runs.harness import Report, closed, facts, finished, output, wait_for

from eventa_cockpit.errors import SecretError

SECRET = "hunter2-is-not-enough-42"
SHOWS = (
    'echo "$TOKEN"; printf %s "$TOKEN" | base64; printf %s "$TOKEN" | xxd -p 2>/dev/null || true; '
    'for c in hunter2-is-not-; do printf %s "$c"; sleep 0.02; done; echo enough-42; '
    'printf "\\033[31m%s\\033[0m%s\\n" "${TOKEN:0:9}" "${TOKEN:9}"; echo "${TOKEN^^}"; '
    "echo end >&2; touch shown; read -r go"
)
"""Prints the secret in several ways, then waits, so that one can look around."""


def files_below(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def argument_lists() -> bytes:
    lists = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                lists.append((entry / "cmdline").read_bytes())
            except OSError:
                continue
    return b"\n".join(lists)


@pytest.mark.parametrize("uses_pty", [True, False])
def test_no_disk_and_no_argument_list_has_it(uses_pty, runs, tmp_path, capsys):
    report = Report("secrets shown by a command")
    script = SHOWS if uses_pty else SHOWS.replace("read -r go", "sleep 0.2")
    forms = [
        SECRET.encode(),
        SECRET.upper().encode(),
        base64.b64encode(SECRET.encode()),
        SECRET.encode().hex().encode(),
    ]
    for _ in range(repeats(2, 2)):
        run_dir = runs.start(script, secrets={"TOKEN": SECRET}, uses_pty=uses_pty)
        wait_for((tmp_path / "shown").exists, "the command to have shown it")
        seen = argument_lists()
        if uses_pty:
            os.kill(facts(run_dir)["pid"], 1)
        finished(run_dir)
        closed(run_dir)
        everything = b"\n".join(files_below(tmp_path).values())
        report.note(
            lost=b"end" not in output(run_dir) or output(run_dir).count(b"***") < 5,
            wrong=any(form in everything or form in seen for form in forms),
            detail=output(run_dir).decode(),
        )
        (tmp_path / "shown").unlink()
    report.conclude(capsys)


def test_the_command_itself_has_it(runs, tmp_path):
    runs.run('printf %s "$TOKEN" | sha256sum > sum; printf %s "${#TOKEN}"', secrets={"TOKEN": SECRET})

    import hashlib

    assert (tmp_path / "sum").read_text().split()[0] == hashlib.sha256(SECRET.encode()).hexdigest()


def test_the_supervisor_has_none_of_the_cockpits_environment(runs, monkeypatch):
    run_dir = runs.start("read -r go", secrets={"TOKEN": SECRET})

    environment = Path(f"/proc/{facts(run_dir)['supervisor']}/environ").read_bytes()

    assert SECRET.encode() not in environment
    assert b"PATH=" not in environment


@pytest.mark.parametrize("short", ["abcde", "a b c d e", ""])
def test_a_secret_that_cannot_be_masked_is_refused_before_anything_is_made(short, runs):
    with pytest.raises(SecretError, match="TOKEN") as caught:
        runs.start("true", secrets={"TOKEN": short})

    assert not short or short not in str(caught.value)
    assert not runs.folder.exists()
