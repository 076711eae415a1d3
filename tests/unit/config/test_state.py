"""The state folder: where it is, and what is said when nothing can be recorded there."""

from __future__ import annotations

from pathlib import Path

import pytest

from eventa_cockpit.config import Config, EnvironmentConfig, prepare_state, why_not_usual
from eventa_cockpit.config import state_folder as folder_of
from eventa_cockpit.errors import ConfigError


def config(state: Path | None = None) -> Config:
    return Config(environments={"prod": EnvironmentConfig()}, environment="prod", state=state)


def test_the_variable_comes_before_the_file_and_the_file_before_the_home(
    tmp_path: Path, state_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert folder_of(config(tmp_path / "configured")) == state_folder
    monkeypatch.delenv("EVENTA_COCKPIT_STATE")
    assert folder_of(config(tmp_path / "configured")) == tmp_path / "configured"
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home-state"))
    assert folder_of(config()) == tmp_path / "home-state" / "eventa-cockpit"
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert folder_of(config()) == tmp_path / ".local" / "state" / "eventa-cockpit"


def test_it_is_made_for_the_user_alone() -> None:
    folder = prepare_state(config())

    assert folder == folder_of(config())
    assert folder.stat().st_mode & 0o777 == 0o700
    assert list(folder.iterdir()) == []


def test_a_folder_that_cannot_be_made_names_the_parent_to_look_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    monkeypatch.setenv("EVENTA_COCKPIT_STATE", str(tmp_path / "file" / "state"))

    with pytest.raises(ConfigError) as caught:
        prepare_state(config())

    assert str(caught.value) == (
        f"Nothing can be recorded in {tmp_path}/file/state: Not a directory. See who may write there "
        f"(ls -ld {tmp_path}/file), or choose another folder: cockpit --state /path"
    )


def test_a_full_disk_says_to_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import errno
    import os

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(ConfigError, match=r"No space left on device\. Make room \(df -h "):
        prepare_state(config())


def test_a_folder_that_is_everybodys_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    monkeypatch.setenv("EVENTA_COCKPIT_STATE", str(folder))

    with pytest.raises(ConfigError, match="Everybody may write in"):
        prepare_state(config())


def test_it_says_why_the_usual_folder_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")

    assert why_not_usual(config(tmp_path / "usual")) == ""
    blocked = tmp_path / "file" / "state"
    assert why_not_usual(config(blocked)) == f"Nothing can be recorded in {blocked}: Not a directory."
