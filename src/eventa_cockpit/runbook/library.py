"""The library: all runbooks of some files and folders. A file that cannot be read is a problem, never an end."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from eventa_cockpit.domain.runbook import Library, Problem, Runbook, ServiceObjectives
from eventa_cockpit.locale import _
from eventa_cockpit.runbook.cache import Cache
from eventa_cockpit.runbook.contents import FileContents

MAX_BYTES = 4 * 1024 * 1024
_SUFFIXES = (".md", ".markdown", ".mkd")
_OBJECTIVES = ("slo.yml", "slo.yaml")


def shipped_runbooks() -> Path:
    """The folder of eventa's own runbooks inside the installed package."""
    return Path(__file__).resolve().parent.parent / "runbooks"


def load_library(paths: Sequence[Path], *, cache: Path | None = None) -> Library:
    """All runbooks of the files and folders, in the order of their paths.

    Never raises for what a file holds or how it is protected: that becomes a `Problem`. With `cache`, files that have
    not changed since are not parsed again; the cache is only ever a shortcut and may be deleted at any time.
    """
    kept = Cache(cache)
    contents: list[FileContents] = []
    for path in paths:
        for file in files_in(path):
            if isinstance(file, Problem):
                contents.append(FileContents(problems=(file,)))
            else:
                contents.append(_contents_of(file, kept))
    kept.save()
    return _merged(contents)


def files_in(path: Path) -> Iterator[Path | Problem]:
    """Markdown files and objectives below the path, hidden folders left out; the path itself when it is a file."""
    if not path.is_dir():
        yield path
        return
    problems: list[OSError] = []
    for folder, folders, names in os.walk(path, onerror=problems.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.casefold().endswith(_SUFFIXES) or name in _OBJECTIVES:
                yield Path(folder, name)
    for problem in problems:
        yield Problem(
            str(problem.filename), 1, _("The folder cannot be read: {reason}.").format(reason=problem.strerror)
        )


def _contents_of(file: Path, cache: Cache) -> FileContents:
    try:
        status = file.stat()
        known = cache.contents(file, status)
        if known is not None:
            return known
        contents = _read(file, status)
    except OSError as error:
        return _refused(file, _("The file cannot be read: {reason}.").format(reason=error.strerror or error))
    cache.keep(file, status, contents)
    return contents


def read_file(file: Path) -> FileContents:
    """Contents of the file as it is now. A file that cannot be read has a problem as its only contents."""
    return _contents_of(file, Cache(None))


def _read(file: Path, status: os.stat_result) -> FileContents:
    if not stat.S_ISREG(status.st_mode):  # a pipe would keep the reader waiting
        return _refused(file, _("This is not an ordinary file; it was not read."))
    if status.st_size > MAX_BYTES:
        limit = MAX_BYTES // (1024 * 1024)
        return _refused(file, _("The file is larger than {limit} MB; it was not read.").format(limit=limit))
    return read_contents(file.read_bytes(), file)


def _refused(file: Path, message: str) -> FileContents:
    return FileContents(problems=(Problem(str(file), 1, message),))


def read_contents(data: bytes, file: Path) -> FileContents:
    """Contents of a file that holds `data`."""
    from eventa_cockpit.runbook.objectives import parse_objectives
    from eventa_cockpit.runbook.parse import parse_text

    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = _("The file is not UTF-8 text; save it as UTF-8. It was not read.")
        return FileContents(problems=(Problem(str(file), line, message),))
    return parse_objectives(text, str(file)) if file.name in _OBJECTIVES else parse_text(text, str(file))


def _merged(contents: Sequence[FileContents]) -> Library:
    budgets = (entry.objectives.error_budget for entry in contents)
    return Library(
        runbooks=tuple(_with_unique_ids(runbook for entry in contents for runbook in entry.runbooks)),
        escalation=tuple(dict.fromkeys(rule for entry in contents for rule in entry.escalation)),
        on_call=tuple(dict.fromkeys(person for entry in contents for person in entry.on_call)),
        references=MappingProxyType({name: place for entry in contents for name, place in entry.references}),
        objectives=ServiceObjectives(
            thresholds=tuple(dict.fromkeys(bound for entry in contents for bound in entry.objectives.thresholds)),
            error_budget=next((budget for budget in budgets if budget is not None), None),
        ),
        problems=tuple(problem for entry in contents for problem in entry.problems),
    )


def _with_unique_ids(runbooks: Iterable[Runbook]) -> Iterator[Runbook]:
    """A second runbook of the same title is told apart by its file's name, then by a number."""
    taken: set[str] = set()
    for runbook in runbooks:
        candidates = _candidates(runbook)
        chosen = next(candidate for candidate in candidates if candidate not in taken)
        taken.add(chosen)
        yield runbook if chosen == runbook.id else replace(runbook, id=chosen)


def _candidates(runbook: Runbook) -> Iterator[str]:
    yield runbook.id
    stem = Path(runbook.file).stem.casefold()
    yield f"{runbook.id}-{stem}"
    count = 2
    while True:
        yield f"{runbook.id}-{stem}-{count}"
        count += 1
