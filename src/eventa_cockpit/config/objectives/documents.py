"""YAML with the line of every value, walked rather than built: an alias costs nothing however often it is used."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.domain.objective import Objective
from eventa_cockpit.domain.runbook import Problem
from eventa_cockpit.locale import _

MAX_BYTES = 1_000_000
MAX_DEPTH = 60
"""Of brackets: deeper nesting is rubbish, and would overflow the C stack of the YAML parser."""


class UnusableError(Exception):
    """Something in the file that cannot be used."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


Part = Callable[[], Objective]
"""Reads one objective; raises UnusableError, which costs only that one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of a document: what it is, and where."""

    file: str
    key: str
    """Path from the top of its document: `spec.objectives[0].target`."""
    line: int
    node: Any
    """PyYAML's; None for what is not there."""

    @property
    def exists(self) -> bool:
        return self.node is not None and not (self._is_scalar and self.node.tag.endswith(":null"))

    @property
    def is_table(self) -> bool:
        return getattr(self.node, "id", "") == "mapping"

    def refuse(self, sentence: str) -> UnusableError:
        """The error that says what is wrong here."""
        message = f"{self.key}: {sentence}" if self.key else sentence
        return UnusableError(Problem(self.file, self.line, clean_line(message)))

    def __getitem__(self, name: str) -> Entry:
        """The value of a key; one that does not exist where there is none, at the line where it is missing."""
        path = f"{self.key}.{name}".lstrip(".")
        if self.is_table:
            for key, value in self.node.value:
                if getattr(key, "value", None) == name:
                    return Entry(self.file, path, key.start_mark.line + 1, value)
        return Entry(self.file, path, self.line, None)

    def items(self) -> Iterator[Entry]:
        """The elements of a list; nothing for what is not there."""
        if not self.exists:
            return
        if self.node.id != "sequence":
            raise self.refuse(_("this has to be a list."))
        for number, value in enumerate(self.node.value):
            yield Entry(self.file, f"{self.key}[{number}]", value.start_mark.line + 1, value)

    def table(self) -> Entry:
        if not self.exists:
            raise self.refuse(_("this key is missing."))
        if not self.is_table:
            raise self.refuse(_("this has to hold keys and values."))
        return self

    def text(self, default: str | None = None) -> str:
        """One line or more of text; raises UnusableError when there is none and no default."""
        if not self.exists:
            if default is None:
                raise self.refuse(_("this key is missing."))
            return default
        if not self._is_scalar:
            raise self.refuse(_("this has to be a text."))
        return str(self.node.value)

    def name(self, default: str | None = None) -> str:
        return clean_line(self.text(default)).strip()

    def number(self) -> float:
        """A finite number, in quotes or not."""
        try:
            found = float(self.text())
        except ValueError:
            found = math.nan
        if not math.isfinite(found):
            raise self.refuse(_('"{text}" is not a number.').format(text=clean_line(self.text())[:40]))
        return found

    def is_true(self) -> bool:
        return self.text("false").lower() in {"true", "yes", "on"}

    @property
    def _is_scalar(self) -> bool:
        return getattr(self.node, "id", "") == "scalar"


def documents(text: str, file: str) -> list[Entry]:
    """The documents of a file, each at its own first line; raises UnusableError for what is no YAML."""
    import yaml

    if len(text) > MAX_BYTES:
        message = _("The file is larger than {limit} MB; it was not read.").format(limit=MAX_BYTES // 1_000_000)
        raise UnusableError(Problem(file, 1, message))
    if is_too_deep(text):
        raise UnusableError(Problem(file, 1, _("The YAML is nested too deeply; it was not read.")))
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        nodes = list(yaml.compose_all(text, Loader=loader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        said = getattr(error, "problem", None) or "not YAML"
        line = min(mark.line, text.count("\n")) + 1 if mark is not None else 1
        message = _("This is not valid YAML ({reason}); it was not read.").format(reason=clean_line(said))
        raise UnusableError(Problem(file, line, message)) from None
    except (ValueError, RecursionError):
        message = _("The YAML holds a value that cannot be read; it was not read.")
        raise UnusableError(Problem(file, 1, message)) from None
    return [Entry(file, "", node.start_mark.line + 1, node) for node in nodes]


def is_too_deep(text: str) -> bool:
    if max(map(text.count, "[{")) <= MAX_DEPTH:
        return False
    depth = deepest = 0
    for letter in text:
        depth += (letter in "[{") - (letter in "]}")
        deepest = max(deepest, depth)
    return deepest > MAX_DEPTH
