"""Runs in a scope of the user's own manager: with a stand-in for `systemd-run` that does as it does, and executes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.faults.runs.harness import Runs, closed, facts, finished, is_alive, output, supervisor_of, wait_for

from eventa_cockpit.domain.run import RunState
from eventa_cockpit.runner import control, logind
from eventa_cockpit.runner.launching import Runner

STAND_IN = """\
#!/bin/sh
printf '%s\\n' "$$ $XDG_RUNTIME_DIR $*" >> {log}
while [ "$1" != -- ]; do shift; done
shift
exec "$@"
"""


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the stand-in was called with, a line each: its process, where it looks for the manager, its arguments."""
    folder, log = tmp_path / "bin", tmp_path / "asked"
    folder.mkdir()
    program = folder / "systemd-run"
    program.write_text(STAND_IN.format(log=log))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    return log


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """One that ends everything at log-out, of a user who lingers."""
    root = tmp_path / "machine"
    for name, text in {
        "proc/self/cgroup": "0::/user.slice/user-0.slice/session-4.scope\n",
        "etc/systemd/logind.conf": "[Login]\nKillUserProcesses=yes\n",
        "var/lib/systemd/linger/aya": "",
        f"run/user/{os.getuid()}/systemd/private": "",
        "run/systemd/seats/seat0": "",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def test_the_launcher_and_with_it_every_run_is_put_into_the_scope(runs: Runs, asked: Path, machine: Path) -> None:
    runner = Runner(prefix=logind.logout_fate(machine, "aya").prefix)
    runner.prefork()
    inside = Runs(runner, runs.folder)
    try:
        first, second = (inside.start("echo begun; read -r go; echo over", name=name) for name in ("one", "two"))
        for run_dir in (first, second):
            wait_for(lambda run_dir=run_dir: output(run_dir) == b"begun\n", "its output")
        (line,) = asked.read_text().splitlines()
        launcher, runtime, *arguments = line.split()
        assert runtime == f"/run/user/{os.getuid()}"
        assert arguments[:5] == ["--user", "--scope", "--quiet", "--collect", "--"]
        assert arguments[-2] == "launch"
        assert is_alive(int(launcher)), "the launcher is the very process that asked for the scope"
        assert runner.has_prefix
    finally:
        runner.close()
    assert not is_alive(int(launcher))
    for run_dir in (first, second):
        assert is_alive(supervisor_of(run_dir))
        control.send_input(run_dir, b"\n")
        assert finished(run_dir).state is RunState.SUCCEEDED


def test_without_its_launcher_a_run_asks_for_a_scope_of_its_own(runs: Runs, asked: Path, machine: Path) -> None:
    inside = Runs(Runner(prefix=logind.logout_fate(machine, "aya").prefix), runs.folder)

    verdict, printed = inside.run("echo it ran", name="alone")

    assert (verdict.state, printed) == (RunState.SUCCEEDED, b"it ran\n")
    assert "supervise" in asked.read_text()


def test_a_scope_that_is_refused_is_noticed_before_a_step_starts_and_runs_go_on_without(
    runs: Runs, asked: Path, machine: Path
) -> None:
    Path(asked.parent / "bin" / "systemd-run").write_text("#!/bin/sh\necho 'Failed to connect to bus' >&2; exit 1\n")
    runner = Runner(prefix=logind.logout_fate(machine, "aya").prefix)
    runner.prefork()
    try:
        wait_for(lambda: not runner.has_prefix, "the refusal to be noticed")
        verdict, printed = Runs(runner, runs.folder).run("echo all the same", name="without")
        assert (verdict.state, printed) == (RunState.SUCCEEDED, b"all the same\n")
    finally:
        runner.close()
    assert closed(runs.folder / "without").state is RunState.SUCCEEDED
    assert facts(runs.folder / "without")["state"] == "succeeded"


def test_a_runner_without_a_prefix_has_none(runs: Runs) -> None:
    assert not runs.runner.has_prefix
