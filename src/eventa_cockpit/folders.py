"""The folders that belong to the cockpit on this machine, by the XDG base directory specification. Imports nothing
but `os`, because the first paint needs it."""

from __future__ import annotations

import os

NAME = "eventa-cockpit"
CONFIG_FILE = "cockpit.toml"
CONFIG_VARIABLE = "EVENTA_COCKPIT_CONFIG"
STATE_VARIABLE = "EVENTA_COCKPIT_STATE"


def user_state() -> str:
    """Folder of incidents, runs and the last known screen when the configuration names none."""
    return os.environ.get(STATE_VARIABLE) or usual_state()


def usual_state() -> str:
    """The same, whatever was chosen for this one time."""
    return _below("XDG_STATE_HOME", "~/.local/state")


def user_config() -> str:
    """The user's own configuration file, whether it exists or not."""
    return os.path.join(_below("XDG_CONFIG_HOME", "~/.config"), CONFIG_FILE)


def system_configs() -> list[str]:
    """The machine's configuration files, first one first: /etc/xdg/eventa-cockpit, then /etc/eventa-cockpit."""
    folders = os.environ.get("XDG_CONFIG_DIRS") or "/etc/xdg:/etc"
    return [f"{folder}/{NAME}/{CONFIG_FILE}" for folder in folders.split(":") if folder.startswith("/")]


def _below(variable: str, default: str) -> str:
    home = os.environ.get(variable, "")
    if not home.startswith("/"):  # the specification: a relative path counts as unset
        home = os.path.expanduser(default)
    return f"{home}/{NAME}"
