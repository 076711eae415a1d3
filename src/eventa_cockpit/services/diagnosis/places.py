"""The configuration file, the state folder and the runbooks: what is on this machine's disk."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from eventa_cockpit.config import Config, prepare_state, state_folder
from eventa_cockpit.domain.finding import Finding, missing, ok, warning
from eventa_cockpit.domain.runbook import Library
from eventa_cockpit.errors import ConfigError
from eventa_cockpit.locale import _
from eventa_cockpit.services.signatures import why_unusable

LITTLE_ROOM = 1 << 30
"""Free bytes below which a long output could fill the disk."""

FORGETFUL = frozenset({"tmpfs", "ramfs", "overlay"})
DISTANT = frozenset({"nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p"})
"""File systems whose locks and synchronous writes cannot be relied upon everywhere."""

SHOWN_PROBLEMS = 5


def examine_configuration(config: Config) -> Iterator[Finding]:
    area = "configuration"
    if config.path is None:
        yield warning(
            area,
            "file",
            _("there is none, so nothing is watched"),
            _("Make one: cockpit config init"),
        )
    else:
        yield ok(area, "file", str(config.path))
    for name, environment in config.environments.items():
        words = [_("production") if environment.production else _("not production")]
        words += [_("drill")] if environment.drill else []
        words += [_("opens by default")] if name == config.environment else []
        yield ok(area, name, ", ".join(words))


def examine_state(config: Config) -> Iterator[Finding]:
    area, folder = "state", state_folder(config)
    try:
        prepare_state(config)
    except ConfigError as error:
        yield missing(area, "folder", str(folder), str(error))
        return
    kind = file_system_of(folder)
    yield ok(area, "folder", _("{folder} can be written").format(folder=folder))
    yield examine_room(folder)
    if kind in FORGETFUL:
        yield warning(
            area,
            "file system",
            _("{kind}: the record does not outlive this machine's restart").format(kind=kind),
            _("Put it on a disk: `state` in cockpit.toml."),
        )
    elif kind in DISTANT:
        yield warning(
            area,
            "file system",
            _("{kind}: locks over a network may be unreliable").format(kind=kind),
            _("Put it on a local disk: `state` in cockpit.toml."),
        )
    elif kind:
        yield ok(area, "file system", kind)


def examine_room(folder: Path) -> Finding:
    """Whether a long output finds room there."""
    free = shutil.disk_usage(folder).free
    room = _("{gigabytes:.1f} GB free").format(gigabytes=free / 1e9)
    if free < LITTLE_ROOM:
        return warning("state", "room", room, _("Make room: du -sh {folder}/*").format(folder=folder))
    return ok("state", "room", room)


def file_system_of(folder: Path) -> str:
    """Type of the file system that `folder` is on, or empty where /proc does not tell."""
    best, kind = "", ""
    place = str(folder.resolve())
    try:
        lines = Path("/proc/self/mountinfo").read_text("utf-8", "replace").splitlines()
    except OSError:
        return ""
    for line in lines:
        left, _dash, right = line.partition(" - ")
        point = left.split()[4].replace("\\040", " ")
        if len(point) >= len(best) and (place == point or place.startswith(point.rstrip("/") + "/")):
            best, kind = point, right.split()[0]
    return kind


def examine_runbooks(config: Config) -> tuple[Library, list[Finding]]:
    """The library that the cockpit would open, and how it is."""
    from eventa_cockpit.runbook.library import load_library, shipped_runbooks

    area = "runbooks"
    places = [Path(place) for place in config.runbooks] or [shipped_runbooks()]
    findings = [
        missing(area, str(place), _("there is no such file or folder"), _("Correct `runbooks` in cockpit.toml."))
        for place in places
        if not place.exists()
    ]
    library = load_library([place for place in places if place.exists()])
    steps = sum(len(runbook.steps) for runbook in library.runbooks)
    text = _("{runbooks} runbooks, {steps} steps").format(runbooks=len(library.runbooks), steps=steps)
    if library.runbooks:
        findings.append(ok(area, "library", text))
    else:
        findings.append(
            missing(area, "library", text, _("Name a folder that holds runbooks: `runbooks` in cockpit.toml."))
        )
    findings += [
        warning(area, f"{problem.file}:{problem.line}", problem.message, _("See all: cockpit runbooks lint"))
        for problem in library.problems[:SHOWN_PROBLEMS]
    ]
    if len(library.problems) > SHOWN_PROBLEMS:
        more = len(library.problems) - SHOWN_PROBLEMS
        findings.append(warning(area, "…", _("{count} more").format(count=more), _("See all: cockpit runbooks lint")))
    findings += _signers(config)
    return library, findings


def _signers(config: Config) -> Iterator[Finding]:
    area, signers = "runbooks", config.trusted_signers
    if signers is None:
        return
    reason = why_unusable(signers)
    if reason:
        yield missing(area, "trusted_signers", f"{signers}: {reason}", _("Until then no signature counts."))
    else:
        yield ok(area, "trusted_signers", str(signers))
