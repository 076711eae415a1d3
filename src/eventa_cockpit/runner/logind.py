"""What logind does to runs when their responder logs out, read from its files; nothing is asked over a bus.

With `KillUserProcesses=yes` (logind.conf(5)) everything in a session's scope is killed at its end. A scope of the
user's own manager survives that, as long as the user lingers (loginctl(1)).
"""

from __future__ import annotations

import os
import pwd
import shutil
from dataclasses import dataclass
from pathlib import Path

from eventa_cockpit.locale import _

ROOT = Path("/")
CONFIGURATION_FOLDERS = ("usr/lib/systemd", "usr/local/lib/systemd", "run/systemd", "etc/systemd")
"""From the least to the most important."""
ENV = "/usr/bin/env"
TRUE = {"yes", "true", "on", "1"}
SCOPE_PROGRAM = "systemd-run"
SCOPE = ("--user", "--scope", "--quiet", "--collect", "--")


@dataclass(frozen=True, slots=True)
class LogoutFate:
    """What a log-out would do to a run that is started now."""

    survives: bool
    prefix: tuple[str, ...] = ()
    """What the launcher is started with so that it does; empty where nothing is needed or nothing helps."""
    warning: str = ""
    """What to tell the responder before a step starts, with the command that changes it; empty where all is well.

    With a prefix: what to tell where that turns out not to work.
    """


def logout_fate(root: Path = ROOT, user: str | None = None) -> LogoutFate:
    """Read once, at start. Where logind has no session of ours, such as in a container, nothing is killed."""
    if not (root / "run/systemd/seats").is_dir() or not _is_in_session(root):
        return LogoutFate(survives=True)
    name = user or _user_name()
    if not _kills(root, name):
        return LogoutFate(survives=True)
    if (root / "var/lib/systemd/linger" / name).exists():
        unreachable = _(
            "This machine ends everything you started when you log out (KillUserProcesses=yes), runs included, and "
            "your own systemd manager, which could keep them, does not answer. To see why: systemctl --user status"
        )
        program = shutil.which(SCOPE_PROGRAM)
        if program is not None and _has_user_manager(root):
            return LogoutFate(survives=True, prefix=_scope(program), warning=unreachable)
        return LogoutFate(survives=False, warning=unreachable)
    return LogoutFate(
        survives=False,
        warning=_(
            "This machine ends everything you started when you log out (KillUserProcesses=yes), runs included. "
            "To let them go on: loginctl enable-linger {user}"
        ).format(user=name),
    )


def _scope(program: str) -> tuple[str, ...]:
    """By its whole path: the launcher has no `PATH`.

    After `su` nobody has said where the user's own manager listens, although there is only one place.
    """
    if "XDG_RUNTIME_DIR" in os.environ:
        return (program, *SCOPE)
    return (ENV, f"XDG_RUNTIME_DIR=/run/user/{os.getuid()}", program, *SCOPE)


def _user_name() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def _is_in_session(root: Path) -> bool:
    """Whether our control group is a log-in session's scope; a service's is not touched at log-out."""
    try:
        groups = (root / "proc/self/cgroup").read_text(encoding="utf-8")
    except OSError:
        return False
    return any("/session-" in line and ".scope" in line for line in groups.splitlines())


def _has_user_manager(root: Path) -> bool:
    return (root / "run/user" / str(os.getuid()) / "systemd/private").exists()


def _kills(root: Path, user: str) -> bool:
    settings = _settings(root)
    if settings.get("KillUserProcesses", "yes").lower() not in TRUE:
        return False
    excluded = settings.get("KillExcludeUsers", "root").split()
    only = settings.get("KillOnlyUsers", "").split()
    return user not in excluded and (not only or user in only)


def _settings(root: Path) -> dict[str, str]:
    """The last word on each key: the main file, then the drop-ins by name, those of /etc over the others'."""
    main = [root / folder / "logind.conf" for folder in CONFIGURATION_FOLDERS]
    drop_ins: dict[str, Path] = {}
    for folder in CONFIGURATION_FOLDERS:
        for path in (root / folder / "logind.conf.d").glob("*.conf"):
            drop_ins[path.name] = path
    found: dict[str, str] = {}
    read = [path for path in main if path.is_file()][-1:]
    for path in read:
        found.update(_keys(path, "#"))  # what is commented out is what was compiled in: no in Debian, yes elsewhere
    for path in [*read, *(drop_ins[name] for name in sorted(drop_ins))]:
        found.update(_keys(path))
    return found


def _keys(path: Path, before: str = "") -> dict[str, str]:
    """The keys of the lines that begin with `before`."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    texts = (line.strip().removeprefix(before) for line in lines if line.strip().startswith(before))
    pairs = (text.partition("=") for text in texts if text and text[0] not in "#;[")
    return {key.strip(): value.strip() for key, _equals, value in pairs}
