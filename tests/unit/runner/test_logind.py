"""Whether a run survives a log-out is known before it starts, with the command that changes it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from eventa_cockpit.runner import logind


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A machine with logind, seen from a log-in session, with Debian's defaults."""
    (tmp_path / "run/systemd/seats").mkdir(parents=True)
    write(tmp_path / "proc/self/cgroup", "0::/user.slice/user-1000.slice/session-4.scope\n")
    write(tmp_path / "etc/systemd/logind.conf", "[Login]\n#KillUserProcesses=no\n#KillExcludeUsers=root\n")
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def kill_user_processes(machine: Path) -> None:
    write(machine / "etc/systemd/logind.conf.d/50-kill.conf", "[Login]\nKillUserProcesses=yes\n")


def test_debians_default_lets_runs_live(machine):
    assert logind.logout_fate(machine, "aya") == logind.LogoutFate(survives=True)


def test_a_machine_that_kills_is_told_with_the_command_that_changes_it(machine):
    kill_user_processes(machine)

    fate = logind.logout_fate(machine, "aya")

    assert not fate.survives
    assert "loginctl enable-linger aya" in fate.warning


def test_without_any_setting_logind_kills(machine):
    (machine / "etc/systemd/logind.conf").unlink()

    assert not logind.logout_fate(machine, "aya").survives


def test_with_linger_a_scope_of_the_users_own_manager_survives(machine, monkeypatch):
    kill_user_processes(machine)
    write(machine / "var/lib/systemd/linger/aya", "")
    write(machine / f"run/user/{os.getuid()}/systemd/private", "")
    monkeypatch.setattr("shutil.which", lambda _name: "/usr/bin/systemd-run")

    fate = logind.logout_fate(machine, "aya")

    assert fate.survives
    assert fate.prefix[:3] == ("systemd-run", "--user", "--scope")


def test_linger_without_a_manager_that_can_be_reached_helps_nobody(machine):
    kill_user_processes(machine)
    write(machine / "var/lib/systemd/linger/aya", "")

    assert not logind.logout_fate(machine, "aya").survives


@pytest.mark.parametrize(
    ("setting", "survives"),
    [("KillExcludeUsers=root aya", True), ("KillOnlyUsers=ben", True), ("KillOnlyUsers=aya ben", False)],
)
def test_users_that_are_named_are_treated_as_named(setting, survives, machine):
    write(machine / "etc/systemd/logind.conf.d/50-kill.conf", f"[Login]\nKillUserProcesses=true\n{setting}\n")

    assert logind.logout_fate(machine, "aya").survives is survives


def test_a_drop_in_of_etc_hides_the_distributions_of_the_same_name(machine):
    write(machine / "usr/lib/systemd/logind.conf.d/50-kill.conf", "[Login]\nKillUserProcesses=yes\n")
    assert not logind.logout_fate(machine, "aya").survives

    write(machine / "etc/systemd/logind.conf.d/50-kill.conf", "[Login]\n")

    assert logind.logout_fate(machine, "aya").survives


@pytest.mark.parametrize("missing", ["run/systemd/seats", "proc/self/cgroup"])
def test_in_a_container_nothing_is_killed_and_nothing_is_said(missing, machine):
    kill_user_processes(machine)
    path = machine / missing
    path.rmdir() if path.is_dir() else path.unlink()

    assert logind.logout_fate(machine, "aya") == logind.LogoutFate(survives=True)


def test_a_service_is_not_touched_by_a_log_out(machine):
    kill_user_processes(machine)
    write(machine / "proc/self/cgroup", "0::/system.slice/cockpit.service\n")

    assert logind.logout_fate(machine, "aya").survives


def test_this_machine_can_be_asked():
    assert isinstance(logind.logout_fate(), logind.LogoutFate)
