"""A command with its values: the exact script for the shell, and the preview that a responder approves."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from eventa_cockpit.domain.runbook import Command, Parameter
from eventa_cockpit.runbook.dates import expand_date
from eventa_cockpit.runbook.parameters import secret_variable
from eventa_cockpit.runbook.placeholders import Placeholder, find_placeholders, hide
from eventa_cockpit.runbook.quoting import Place, Quoting, place_of, quote
from eventa_cockpit.runbook.shell import Script, analyse


class SpanKind(StrEnum):
    """What a stretch of the preview is."""

    LITERAL = "literal"
    VALUE = "value"
    SECRET = "secret"  # noqa: S105
    """Shown as `${NAME}`; its value is never part of the preview."""
    MISSING = "missing"
    COMPUTED = "computed"
    """What the shell will compute, as it would be now: `$(date +%F)`."""


@dataclass(frozen=True, slots=True)
class Span:
    text: str
    kind: SpanKind


@dataclass(frozen=True, slots=True)
class Rendering:
    """One command, ready to be shown; ready to run when nothing is missing."""

    script: str
    """The exact text given to the shell."""
    spans: tuple[Span, ...]
    environment: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Variables that the script reads, without secrets."""
    secret_variables: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Variable that the script reads → name of the secret parameter whose value it must hold."""
    missing: tuple[Parameter, ...] = ()
    """Parameters without a usable value; the script must not run."""
    unsafe: tuple[Parameter, ...] = ()
    """The part of `missing` that has a value, which no quoting can put there safely."""

    @property
    def is_ready(self) -> bool:
        return not self.missing

    @property
    def digest(self) -> str:
        """SHA-256 of the script, hex: what an approval is bound to."""
        return hashlib.sha256(self.script.encode(errors="surrogateescape")).hexdigest()

    @property
    def preview(self) -> str:
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True, slots=True)
class _Edit:
    """Bytes of the command's text that the script or the preview has otherwise."""

    start: int
    end: int
    script: str | None
    """None leaves them as they are."""
    shown: str
    kind: SpanKind


def render(
    command: Command,
    values: Mapping[str, str],
    *,
    secrets: Collection[str] = (),
    now: datetime | None = None,
) -> Rendering:
    """The command with `values` filled in, by parameter name.

    `secrets` are the names of secret parameters whose values will be handed over at the start. An empty value counts as
    none: `rm -rf "${DIR}/"` must not run with an empty folder. `now` is for the preview of `$(date …)`.
    """
    return _Renderer(command, values, secrets).render(now or datetime.now().astimezone())


class _Renderer:
    def __init__(self, command: Command, values: Mapping[str, str], secrets: Collection[str]) -> None:
        self._text = command.text
        self._values = values
        self._secrets = secrets
        self._variables = {entry.name: entry for entry in command.parameters if entry.is_variable}
        self._placeholders = {entry.placeholder: entry for entry in command.parameters if entry.placeholder}
        self._missing: dict[str, Parameter] = {}
        self._unsafe: dict[str, Parameter] = {}
        self._environment: dict[str, str] = {}
        self._secret_variables: dict[str, str] = {}

    def render(self, now: datetime) -> Rendering:
        placeholders = tuple(entry for entry in find_placeholders(self._text) if entry.text in self._placeholders)
        source = hide(self._text, placeholders)
        script = analyse(source)
        self._hand_over_variables()
        edits = [self._edit(entry, place_of(source, entry.start)) for entry in placeholders]
        edits += self._variable_edits(script)
        edits += _date_edits(script, now)
        text, spans = _applied(self._text.encode(), edits)
        return Rendering(
            script=text,
            spans=spans,
            environment=MappingProxyType(self._environment),
            secret_variables=MappingProxyType(self._secret_variables),
            missing=tuple(self._missing.values()),
            unsafe=tuple(self._unsafe.values()),
        )

    def _value(self, parameter: Parameter) -> str | None:
        return self._values.get(parameter.name) or parameter.default or None

    def _hand_over_variables(self) -> None:
        """Every variable of the script, also one that is only used where nothing can be shown for it."""
        for name, parameter in self._variables.items():
            value = self._value(parameter)
            if parameter.is_secret:
                if name in self._secrets:
                    self._secret_variables[name] = name
                elif parameter.default is None:
                    self._missing[name] = parameter
            elif value is None:
                self._missing[name] = parameter
            elif "\0" in value:
                self._missing[name] = self._unsafe[name] = parameter
            elif self._values.get(name) or parameter.default is not None:
                self._environment[name] = value

    def _variable_edits(self, script: Script) -> list[_Edit]:
        edits = []
        for use in script.uses:
            parameter = self._variables.get(use.name)
            if parameter is None:
                continue
            written = self._text.encode()[use.start : use.end].decode()
            value = self._environment.get(use.name)
            if parameter.is_secret:
                kind = SpanKind.SECRET if use.name in self._secret_variables else SpanKind.MISSING
                edits.append(_Edit(use.start, use.end, None, f"${{{use.name}}}", kind))
            elif value is None:
                edits.append(_Edit(use.start, use.end, None, written, SpanKind.MISSING))
            elif _is_plain_use(written, use.name):
                edits.append(_Edit(use.start, use.end, None, value, SpanKind.VALUE))
        return edits

    def _edit(self, placeholder: Placeholder, place: Place) -> _Edit:
        parameter = self._placeholders[placeholder.text]
        unfilled = _Edit(placeholder.start, placeholder.end, None, placeholder.text, SpanKind.MISSING)
        if place.innermost in {Quoting.COMMENT, Quoting.VERBATIM}:
            return _Edit(placeholder.start, placeholder.end, None, placeholder.text, SpanKind.LITERAL)
        if parameter.is_secret:
            return self._secret_edit(placeholder, parameter, place) or unfilled
        value = self._value(parameter)
        if value is None:
            self._missing[parameter.name] = parameter
            return unfilled
        quoted = quote(value, place)
        if quoted is None:
            self._missing[parameter.name] = self._unsafe[parameter.name] = parameter
            return unfilled
        return _Edit(placeholder.start, placeholder.end, quoted, quoted, SpanKind.VALUE)

    def _secret_edit(self, placeholder: Placeholder, parameter: Parameter, place: Place) -> _Edit | None:
        """A secret becomes a variable, so that its value is never in the script."""
        reference = _reference(secret_variable(parameter.name), place)
        if parameter.name not in self._secrets or reference is None:
            self._missing[parameter.name] = parameter
            if reference is None:
                self._unsafe[parameter.name] = parameter
            return None
        self._secret_variables[secret_variable(parameter.name)] = parameter.name
        shown = f"${{{secret_variable(parameter.name)}}}"
        return _Edit(placeholder.start, placeholder.end, reference, shown, SpanKind.SECRET)


def _reference(variable: str, place: Place) -> str | None:
    """A use of the variable that the outermost shell expands, once, to one word; None where there is no such form."""
    if len(place.layers) > 1:
        return None
    match place.innermost:
        case Quoting.BARE:
            return f'"${{{variable}}}"'
        case Quoting.DOUBLE | Quoting.HEREDOC:
            return f"${{{variable}}}"
        case Quoting.SINGLE:
            return f"'\"${{{variable}}}\"'"
    return None


def _is_plain_use(written: str, name: str) -> bool:
    """Shows just the value: `$X`, `${X}`, `${X:-default}`. Others (`${X%/*}`, `${#X}`) are left to the shell."""
    inner = written.removeprefix("${").removesuffix("}")
    return written in {f"${name}", f"${{{name}}}"} or inner.startswith(
        (f"{name}:-", f"{name}-", f"{name}:?", f"{name}?")
    )


def _date_edits(script: Script, now: datetime) -> list[_Edit]:
    edits = []
    for substitution in script.substitutions:
        shown = expand_date(substitution.words, now)
        if shown is not None:
            edits.append(_Edit(substitution.start, substitution.end, None, shown, SpanKind.COMPUTED))
    return edits


def _applied(source: bytes, edits: list[_Edit]) -> tuple[str, tuple[Span, ...]]:
    script: list[str] = []
    spans: list[Span] = []
    reached = 0
    for edit in sorted(edits, key=lambda entry: (entry.start, -entry.end)):
        if edit.start < reached:
            continue
        between = source[reached : edit.start].decode()
        written = source[edit.start : edit.end].decode()
        if between:
            script.append(between)
            spans.append(Span(between, SpanKind.LITERAL))
        script.append(written if edit.script is None else edit.script)
        spans.append(Span(edit.shown, edit.kind))
        reached = edit.end
    rest = source[reached:].decode()
    if rest:
        script.append(rest)
        spans.append(Span(rest, SpanKind.LITERAL))
    return "".join(script), tuple(spans)
