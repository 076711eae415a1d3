"""YAML front matter: the one key `runbook:` is ours; whatever else is there belongs to other tools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from eventa_cockpit.config.objectives.documents import is_too_deep
from eventa_cockpit.domain.runbook import NO_VALUES, Problem
from eventa_cockpit.locale import _

MAX_BYTES = 64 * 1024
_KNOWN_KEYS = ("service", "alerts", "params", "dashboards", "owner", "reviewed")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What a file says of all its runbooks."""

    title: str = ""
    """The file's own title, for a file without a heading."""
    service: str = ""
    alerts: tuple[str, ...] = ()
    parameters: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: NO_VALUES)
    dashboards: tuple[str, ...] = ()
    owner: str | None = None
    reviewed: str | None = None


def split_front_matter(text: str) -> tuple[str, str]:
    """The YAML between the two `---` lines, and the text with those lines emptied so that line numbers stay true."""
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        return "", text
    for number, line in enumerate(lines[1:], 1):
        if line.rstrip() in {"---", "..."}:
            return "\n".join(lines[1:number]), "\n" * (number + 1) + "\n".join(lines[number + 1 :])
    return "", text


def read_front_matter(yaml_text: str, file: str) -> tuple[FrontMatter, tuple[Problem, ...]]:
    """What it says, and what is wrong with it. Nothing wrong stops the rest of the file from being read."""
    if not yaml_text.strip():
        return FrontMatter(), ()
    if len(yaml_text.encode(errors="replace")) > MAX_BYTES:
        message = _("The front matter is larger than {limit} KB; it was not read.").format(limit=MAX_BYTES // 1024)
        return FrontMatter(), (Problem(file, 1, message),)
    data, problem = load_yaml(yaml_text, file, first_line=2)
    if problem is not None:
        return FrontMatter(), (problem,)
    if not isinstance(data, dict):
        return FrontMatter(), (Problem(file, 1, _("The front matter must hold keys and values; it was not read.")),)
    title = data.get("title")
    reader = _Reader(yaml_text, file)
    return reader.read(data.get("runbook"), title if isinstance(title, str) else ""), tuple(reader.problems)


def load_yaml(text: str, file: str, *, first_line: int) -> tuple[Any, Problem | None]:
    """The plain data in the text, which begins on `first_line` of its file, or what is wrong with it."""
    import yaml

    if is_too_deep(text):
        return None, Problem(file, first_line, _("The YAML is nested too deeply; it was not read."))
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(text, Loader=loader), None  # noqa: S506
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        said = getattr(error, "problem", None) or "not YAML"
        line = mark.line + first_line if mark is not None else first_line
        return None, Problem(file, line, _("This is not valid YAML ({reason}); it was not read.").format(reason=said))
    except (ValueError, RecursionError, OverflowError):
        message = _("The YAML holds a value that cannot be read; it was not read.")
        return None, Problem(file, first_line, message)


class _Reader:
    """Takes the known keys, each with its type, and notes what does not fit."""

    def __init__(self, yaml_text: str, file: str) -> None:
        self._lines = yaml_text.split("\n")
        self._file = file
        self.problems: list[Problem] = []

    def read(self, data: Any, title: str) -> FrontMatter:
        if data is None:
            return FrontMatter(title)
        if not isinstance(data, dict):
            self._complain("runbook", _("`runbook:` in the front matter must hold keys and values."))
            return FrontMatter(title)
        for key in data:
            if key not in _KNOWN_KEYS:
                known = ", ".join(_KNOWN_KEYS)
                message = _("Unknown key `{key}` under `runbook:`; known are {known}.").format(key=key, known=known)
                self._complain(str(key), message)
        return FrontMatter(
            title=title,
            service=self._scalar(data, "service") or "",
            alerts=self._list(data, "alerts"),
            parameters=self._parameters(data),
            dashboards=self._list(data, "dashboards"),
            owner=self._scalar(data, "owner"),
            reviewed=self._scalar(data, "reviewed"),
        )

    def _complain(self, key: str, message: str) -> None:
        at = next((number for number, line in enumerate(self._lines) if line.strip().startswith(f"{key}:")), 0)
        self.problems.append(Problem(self._file, at + 2, message))

    def _scalar(self, data: Mapping[Any, Any], key: str) -> str | None:
        value = data.get(key)
        if value is None:
            return None
        if isinstance(value, (dict, list)):
            self._complain(key, _("`{key}` in the front matter must be one value.").format(key=key))
            return None
        return str(value)

    def _list(self, data: Mapping[Any, Any], key: str) -> tuple[str, ...]:
        value = data.get(key)
        values = value if isinstance(value, list) else [] if value is None else [value]
        if any(isinstance(entry, (dict, list)) or entry is None for entry in values):
            self._complain(key, _("`{key}` in the front matter must be a list of words.").format(key=key))
            return ()
        return tuple(str(entry) for entry in values)

    def _parameters(self, data: Mapping[Any, Any]) -> Mapping[str, Mapping[str, str]]:
        value = data.get("params")
        if value is None:
            return NO_VALUES
        if not isinstance(value, dict) or not all(_is_flat(entry) for entry in value.values()):
            message = _("`params` in the front matter must hold, for each environment or `*`, names and values.")
            self._complain("params", message)
            return NO_VALUES
        return MappingProxyType(
            {
                str(environment): MappingProxyType({str(name): _as_text(entry) for name, entry in entries.items()})
                for environment, entries in value.items()
            }
        )


def _is_flat(entries: Any) -> bool:
    return isinstance(entries, dict) and not any(isinstance(entry, (dict, list)) for entry in entries.values())


def _as_text(value: Any) -> str:
    """As it stood in the file: YAML's `true` is the word true, not Python's."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
