"""A full disk costs output, which is counted; never the verdict, and never a run that nobody has on record."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.faults.repeats import repeats
from tests.faults.runs.harness import Report, Runs, closed, output, wait_for

from eventa_cockpit.domain.run import RunState
from eventa_cockpit.errors import RunError
from eventa_cockpit.runner.control import send_input
from eventa_cockpit.runner.launching import Runner
from eventa_cockpit.runner.observing import status
from eventa_cockpit.runner.supervisor.output_file import BACKLOG, OutputFile

MEGABYTE = 1 << 20


@contextmanager
def small_files() -> Iterator[None]:
    """No file of this process or of those it starts grows beyond a megabyte: writes fail as on a full disk.

    Not a fixture: pytest writes a test's result before it tears fixtures down, maybe into a file of its own.
    """
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (MEGABYTE, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"no right to mount here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_the_verdict_is_true_and_what_was_lost_is_counted(tmp_path, capsys):
    runs = Runs(Runner(), tmp_path / "runs")
    report = Report("output larger than the disk")
    for _ in range(repeats(2, 2)):
        with small_files():
            verdict, text = runs.run("head -c 4000000 /dev/zero | tr '\\0' x; exit 3")
        wrong = (verdict.state, verdict.exit_code) != (RunState.FAILED, 3)
        report.note(lost=len(text) + verdict.output_dropped != 4_000_000, wrong=wrong, detail=str(verdict))
    report.conclude(capsys)


@pytest.mark.apt
@pytest.mark.parametrize("tries", [3])
def test_the_verdict_is_true_on_a_disk_that_fills_up(tries, small_disk, runner, capsys):
    runs = Runs(runner, small_disk / "runs")
    report = Report("disk that fills up")
    for _ in range(repeats(tries, tries)):
        verdict, text = runs.run("head -c 4000000 /dev/zero | tr '\\0' x; exit 3")
        wrong = (verdict.state, verdict.exit_code) != (RunState.FAILED, 3)
        report.note(lost=len(text) + verdict.output_dropped != 4_000_000, wrong=wrong, detail=str(verdict))
        run_dir = runs.folder / verdict.run_id
        closed(run_dir)
        (run_dir / "output.log").unlink()
    report.conclude(capsys)


@pytest.mark.apt
def test_output_waits_for_a_disk_that_is_made_room_on(small_disk, runner, tmp_path):
    runs = Runs(runner, small_disk / "runs")
    run_dir = runs.start("read -r go; seq 1 50000; touch ../printed; until [ -e ../go ]; do sleep 0.01; done; exit 4")
    filler = small_disk / "filler"
    subprocess.run(["dd", "if=/dev/zero", f"of={filler}", "bs=4096"], stderr=subprocess.DEVNULL, check=False)
    send_input(run_dir, b"\n")
    wait_for((tmp_path / "printed").exists, "the command to have printed all")
    assert status(run_dir).state is RunState.RUNNING
    filler.unlink()
    (tmp_path / "go").touch()

    verdict = closed(run_dir)
    assert (verdict.exit_code, verdict.output_dropped) == (4, 0)
    assert output(run_dir).split() == [b"%d" % number for number in range(1, 50_001)]


@pytest.mark.apt
def test_no_room_for_the_record_means_no_run(small_disk, runner, capsys):
    runs = Runs(runner, small_disk / "runs")
    runs.folder.mkdir()
    (small_disk / "filler").write_bytes(b"x" * (os.statvfs(small_disk).f_bavail * 4096 - 3 * 4096))
    report = Report("no room for the record")
    for number in range(repeats(5, 5)):
        ran = small_disk.parent / f"ran-{number}"
        refused = False
        try:
            runs.start(f"touch {ran}", name="step-001")
        except RunError as error:
            refused = "the command was not started" in str(error)
        left = [path.name for path in runs.folder.iterdir()]
        report.note(lost=ran.exists(), wrong=not refused or left != [], detail=str(left))
    report.conclude(capsys)


def test_a_refused_write_is_kept_and_written_in_order_when_there_is_room(tmp_path, monkeypatch):
    file = OutputFile(str(tmp_path / "output.log"), 0o600)
    full = [True]
    write = os.write

    def refuse(fd: int, data: bytes) -> int:
        if full[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(fd, data)

    monkeypatch.setattr(os, "write", refuse)
    file.append(b"one ")
    file.append(b"two ")
    assert (file.is_waiting, file.dropped, file.error) == (True, 0, errno.ENOSPC)
    full[0] = False
    file.append(b"three")

    assert (tmp_path / "output.log").read_bytes() == b"one two three"
    assert (file.is_waiting, file.dropped, file.written) == (False, 0, 13)


def test_what_is_lost_leaves_a_mark_in_the_output(tmp_path, monkeypatch):
    file = OutputFile(str(tmp_path / "output.log"), 0o600)
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", lambda *_: (_ for _ in ()).throw(OSError(errno.ENOSPC, "full")))
        file.append(b"x" * (BACKLOG + 7))
    file.append(b"after")

    text = (tmp_path / "output.log").read_bytes()
    assert text.startswith(b"x" * BACKLOG)
    assert b"[... 12 bytes could not be written here ...]" in text
    assert file.dropped == 12
