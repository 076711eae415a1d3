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
    assert fate.prefix[-6:] == ("/usr/bin/systemd-run", "--user", "--scope", "--quiet", "--collect", "--")


def test_after_su_the_scope_is_asked_for_where_the_users_own_manager_listens(machine, monkeypatch):
    kill_user_processes(machine)
    write(machine / "var/lib/systemd/linger/aya", "")
    write(machine / f"run/user/{os.getuid()}/systemd/private", "")
    monkeypatch.setattr("shutil.which", lambda _name: "/usr/bin/systemd-run")

    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    assert logind.logout_fate(machine, "aya").prefix[:2] == ("/usr/bin/env", f"XDG_RUNTIME_DIR=/run/user/{os.getuid()}")
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/user/1")
    assert logind.logout_fate(machine, "aya").prefix == ("/usr/bin/systemd-run", *logind.SCOPE)


def test_linger_without_a_manager_that_can_be_reached_helps_nobody(machine):
    kill_user_processes(machine)
    write(machine / "var/lib/systemd/linger/aya", "")

    fate = logind.logout_fate(machine, "aya")

    assert not fate.survives
    assert "systemctl --user status" in fate.warning
    assert "enable-linger" not in fate.warning


SETTINGS = {
    "as compiled in": ("#KillUserProcesses=yes", True),
    "as Debian has it": ("#KillUserProcesses=no", False),
    "yes": ("KillUserProcesses=yes", True),
    "no": ("KillUserProcesses=no", False),
    "everybody but us": ("KillUserProcesses=yes\nKillExcludeUsers=root aya", False),
    "only others": ("KillUserProcesses=yes\nKillOnlyUsers=ben", False),
    "only us": ("KillUserProcesses=yes\nKillOnlyUsers=aya\nKillExcludeUsers=", True),
    "both lists": ("KillUserProcesses=yes\nKillOnlyUsers=aya\nKillExcludeUsers=aya", False),
}


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("is_in_session", [True, False])
@pytest.mark.parametrize("lingers", [True, False])
@pytest.mark.parametrize("has_manager", [True, False])
@pytest.mark.parametrize("has_program", [True, False])
def test_in_every_combination_a_run_that_would_die_is_said_to(
    setting, is_in_session, lingers, has_manager, has_program, machine, monkeypatch
):
    text, kills = SETTINGS[setting]
    write(machine / "etc/systemd/logind.conf", f"[Login]\n{text}\n")
    if not is_in_session:
        write(machine / "proc/self/cgroup", "0::/system.slice/cockpit.service\n")
    if lingers:
        write(machine / "var/lib/systemd/linger/aya", "")
    if has_manager:
        write(machine / f"run/user/{os.getuid()}/systemd/private", "")
    monkeypatch.setattr("shutil.which", lambda _name: "/usr/bin/systemd-run" if has_program else None)

    fate = logind.logout_fate(machine, "aya")

    is_in_danger = kills and is_in_session
    is_helped = lingers and has_manager and has_program
    assert fate.survives is (not is_in_danger or is_helped)
    assert bool(fate.prefix) is (is_in_danger and is_helped)
    assert bool(fate.warning) is is_in_danger
    assert ("enable-linger aya" in fate.warning) is (is_in_danger and not lingers)


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
