"""What a writer should mend in a runbook. Findings never stop a runbook from being used."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eventa_cockpit.domain.runbook import Command, PhaseKind, Problem, Runbook, Step
from eventa_cockpit.locale import _, mark
from eventa_cockpit.runbook.annotations import KNOWN_KEYS
from eventa_cockpit.runbook.contents import FileContents, Remark
from eventa_cockpit.runbook.library import files_in, read_file
from eventa_cockpit.runbook.placeholders import find_placeholders, hide
from eventa_cockpit.runbook.quoting import Quoting, place_of
from eventa_cockpit.runbook.shell import Invocation, analyse
from eventa_cockpit.runbook.wrappers import inner_program, opens_session


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend."""

    file: str
    line: int
    rule: str
    """Identifier of the check: `secret-visible`."""
    message: str


WORDS = {
    "problem": mark("{detail}"),
    "unknown-key": mark("The annotation key `{key}` is not known, so it does nothing. Known are {known}."),
    "bad-value": mark("The annotation key `{key}` cannot have the value {value}, so it does nothing."),
    "undo-missing": mark("`undo` names `{name}`, but no command of this runbook has that name."),
    "name-twice": mark("Two commands of this runbook are named `{name}`; `undo` cannot tell them apart."),
    "secret-visible": mark("`{name}` is visible to everyone on the machine while this runs (`ps`). Write: {rewrite}"),
    "placeholder-quoted": mark(
        'The placeholder {placeholder} stands inside quotes; use a variable such as "${{{variable}}}" instead.'
    ),
    "invisible": mark("There is an invisible or direction-changing character here ({name}); delete it."),
    "smart-quote": mark("{character} is a typographic character, not the one the shell knows; write {plain}."),
    "wide-space": mark("There is a {name} between the words; the shell only knows the ordinary space."),
    "backslash-space": mark("A blank follows the backslash, so the command ends here; delete the blank."),
    "hard-coded": mark('`{value}` names one environment; use "${{{variable}}}" and `params` in the front matter.'),
    "never-ends": mark("`{program}` does not end by itself; add a `timeout`, or mark it `background`."),
    "session": mark("`{program}` opens a session: the lines after it run on this machine once the session has ended."),
    "pattern-nested": mark(
        "The `expect` pattern `{pattern}` repeats a repetition, which can take for ever; the search is given up after "
        "{seconds} s, and the step is not verified then."
    ),
    "untitled": mark("The step has no words of its own; say in a line what it does."),
    "refused": mark("The fence is marked as shell but holds {detail}; it will not be run. Mark it as what it is."),
    "empty-phase": mark("The phase `{title}` is empty."),
    "no-syntax": mark("This cannot be read as shell to its end; check its quotes and brackets."),
}
"""Check → sentence for the catalogue."""


def lint_paths(paths: Sequence[Path]) -> tuple[Finding, ...]:
    """Findings of all Markdown files below the paths, by file and line. Files that cannot be read are findings."""
    found: list[Finding] = []
    for path in paths:
        for file in files_in(path):
            if isinstance(file, Problem):
                found.append(Finding(file.file, file.line, "problem", file.message))
            else:
                found += lint_contents(read_file(file), str(file))
    return tuple(sorted(set(found), key=lambda entry: (entry.file, entry.line, entry.rule, entry.message)))


def lint_contents(contents: FileContents, file: str) -> list[Finding]:
    findings = [Finding(problem.file, problem.line, "problem", problem.message) for problem in contents.problems]
    findings += [_of_remark(remark, file) for remark in contents.remarks if remark.kind != "unclosed"]
    for runbook in contents.runbooks:
        findings += _Runbook(file, runbook).findings()
    return findings


def visible_secrets(command: Command, runbook: Runbook) -> tuple[str, ...]:
    """A sentence with the rewrite for each secret that the command puts where every user of the machine can read it."""
    return tuple(finding.message for finding in _Command(runbook.file, command, runbook).secrets())


def _finding(file: str, line: int, rule: str, **words: Any) -> Finding:
    return Finding(file, line, rule, _(WORDS[rule]).format(**words))


_REFUSED = {"json": "JSON", "yaml": "YAML", "sql": "SQL", "other": mark("something else")}


def _of_remark(remark: Remark, file: str) -> Finding:
    if remark.kind == "refused":
        return _finding(file, remark.line, "refused", detail=_(_REFUSED[remark.detail]))
    return _finding(file, remark.line, remark.kind)


class _Runbook:
    """All checks of one runbook."""

    def __init__(self, file: str, runbook: Runbook) -> None:
        self._file = file
        self._runbook = runbook
        names = [command.annotation.name for step in runbook.steps for command in step.commands]
        self._names = [name for name in names if name is not None]

    def findings(self) -> Iterator[Finding]:
        for phase in self._runbook.phases:
            has_signals = phase.kind is PhaseKind.DETECT and self._runbook.signals
            if not phase.steps and not phase.text and not has_signals and phase.kind is not PhaseKind.ESCALATE:
                yield _finding(self._file, phase.line, "empty-phase", title=phase.title)
        for step in self._runbook.steps:
            yield from self._of_annotation(step)
            for command in step.commands:
                yield from self._of_names(command)
                yield from _Command(self._file, command, self._runbook).findings()
        for name in sorted({name for name in self._names if self._names.count(name) > 1}):
            yield _finding(self._file, self._runbook.line, "name-twice", name=name)

    def _of_annotation(self, step: Step) -> Iterator[Finding]:
        places = [(step.line, step.annotation), *((command.line, command.annotation) for command in step.commands)]
        for line, annotation in places:
            for key, value in annotation.unknown.items():
                if key in KNOWN_KEYS:
                    yield _finding(self._file, line, "bad-value", key=key, value=repr(value)[:80])
                else:
                    shown = key or str(value)[:80]
                    yield _finding(self._file, line, "unknown-key", key=shown, known=", ".join(KNOWN_KEYS))
            if _NESTED.search((annotation.expect or "")[:_LONGEST_PATTERN]):
                yield _finding(self._file, line, "pattern-nested", pattern=annotation.expect, seconds=1)

    def _of_names(self, command: Command) -> Iterator[Finding]:
        undo = command.annotation.undo
        if undo is not None and undo not in self._names:
            yield _finding(self._file, command.line, "undo-missing", name=undo)


_NESTED = re.compile(r"\((?:[^()\\]|\\.)*(?:[*+]|\{\d*,\})\??(?:[^()\\]|\\.)*\)(?:[*+]|\{\d*,\})")
"""A group with an open repetition in it, repeated itself."""
_LONGEST_PATTERN = 500
"""Characters of a pattern that are looked at, since this one is itself slow on a hostile text."""
_INVISIBLE = {
    **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e", "zero width"),
    **dict.fromkeys("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c", "bidi"),
}
_WIDE_SPACES = {"\u00a0": "no-break space (U+00A0)", "\u3000": "ideographic space (U+3000)", "\u202f": "U+202F"}
_SMART = {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "--", "−": "-", "…": "...", "＂": '"'}
_ENVIRONMENT_NAME = re.compile(
    r"^(?=.*[A-Za-z])[\w.-]*\b(?:prod|production|prd)\b[\w.-]*$|^prod[-_][\w.-]+$", re.IGNORECASE
)
_NAMING_OPTIONS = {
    "--db-instance-identifier": "DB_INSTANCE",
    "--db-cluster-identifier": "DB_CLUSTER",
    "--source-identifier": "DB_INSTANCE",
    "--cluster": "CLUSTER",
    "--cluster-name": "CLUSTER",
    "--function-name": "FUNCTION",
    "--namespace": "NAMESPACE",
    "-n": "NAMESPACE",
    "--context": "CONTEXT",
    "--profile": "AWS_PROFILE",
    "--bucket": "BUCKET",
    "--stack-name": "STACK",
    "--load-balancer-name": "LOAD_BALANCER",
    "--service": "SERVICE",
}
_SECRET_HEADER = re.compile(r"^(authorization|x-api-key|private-token|x-auth-token|cookie|api-key)\s*:", re.IGNORECASE)
_QUIET = frozenset({"echo", "printf", "export", "read", "test", "[", "[[", "local", "declare", "cat"})
"""Built into the shell: their arguments are not visible to others. (`cat` takes none that matter.)"""


class _Command:
    """All checks of one command."""

    def __init__(self, file: str, command: Command, runbook: Runbook) -> None:
        self._file = file
        self._command = command
        self._runbook = runbook
        self._placeholders = find_placeholders(command.text)
        self._source = hide(command.text, self._placeholders)
        self._script = analyse(self._source)

    def findings(self) -> Iterator[Finding]:
        yield from self._characters()
        yield from self.secrets()
        yield from self._quoted_placeholders()
        yield from self._hard_coded()
        yield from self._endless()
        if not self._script.is_understood:
            yield self._found(0, "no-syntax")
        if re.search(r"\\[ \t]+$", self._command.text, re.MULTILINE):
            yield self._found(self._command.text.find("\\ "), "backslash-space")

    def _found(self, offset: int, rule: str, **words: Any) -> Finding:
        """On the line of the text's `offset`; the script begins below the fence's backticks."""
        line = self._command.line + 1 + self._command.text.count("\n", 0, max(0, offset))
        return _finding(self._file, line, rule, **words)

    def _at_byte(self, offset: int) -> int:
        return len(self._source[:offset].decode(errors="replace"))

    def _characters(self) -> Iterator[Finding]:
        for offset, letter in enumerate(self._command.text):
            if letter in _INVISIBLE:
                yield self._found(offset, "invisible", name=f"U+{ord(letter):04X}, {_INVISIBLE[letter]}")
            elif letter in _WIDE_SPACES and not self._is_quoted(offset):
                yield self._found(offset, "wide-space", name=_WIDE_SPACES[letter])
            elif letter in _SMART and not self._is_quoted(offset):
                yield self._found(offset, "smart-quote", character=letter, plain=_SMART[letter])

    def _is_quoted(self, offset: int) -> bool:
        place = place_of(self._source, len(self._command.text[:offset].encode()))
        return place.innermost is not Quoting.BARE

    def secrets(self) -> Iterator[Finding]:
        secrets = [parameter.name for parameter in self._command.parameters if parameter.is_secret]
        uses = [(use.name, use.start, use.end) for use in self._script.uses if use.name in secrets]
        uses += [(entry.name, entry.start, entry.end) for entry in self._placeholders if entry.name in secrets]
        for invocation in self._script.invocations:
            if invocation.program in _QUIET:
                continue
            for word in invocation.arguments:
                inside = [use for use in uses if word.start <= use[1] < word.end]
                if inside and not self._is_substituted(inside[0][1], word.start):
                    name, start, _end = inside[0]
                    written = self._command.text.encode()[word.start : word.end].decode()
                    yield self._found(
                        self._at_byte(start), "secret-visible", name=name, rewrite=_rewrite(written, name)
                    )

    def _is_substituted(self, offset: int, word_start: int) -> bool:
        """Inside `<(…)` or `$(…)` it belongs to another command, which is judged by itself."""
        return any(
            word_start < entry.start <= offset
            for entry in self._script.invocations
            if any(word.start <= offset < word.end for word in entry.arguments)
        )

    def _quoted_placeholders(self) -> Iterator[Finding]:
        filled = {parameter.placeholder for parameter in self._command.parameters if parameter.placeholder}
        for entry in self._placeholders:
            if entry.text not in filled:
                continue
            place = place_of(self._source, entry.start)
            if place.innermost in {Quoting.DOUBLE, Quoting.SINGLE, Quoting.ANSI}:
                variable = re.sub(r"\W+", "_", entry.name).strip("_").upper() or "NAME"
                offset = self._at_byte(entry.start)
                yield self._found(offset, "placeholder-quoted", placeholder=entry.text, variable=variable)

    def _hard_coded(self) -> Iterator[Finding]:
        """Only the value of an option that names one thing of one environment is certain."""
        for invocation in self._script.invocations:
            words = invocation.arguments
            for option, value in itertools.pairwise(words):
                variable = _NAMING_OPTIONS.get(option.text)
                if variable and value.is_literal and _ENVIRONMENT_NAME.match(value.text):
                    offset = self._at_byte(value.start)
                    yield self._found(offset, "hard-coded", value=value.text, variable=variable)

    def _endless(self) -> Iterator[Finding]:
        annotation = self._command.annotation
        is_bounded = annotation.timeout is not None or annotation.is_background or annotation.is_interactive
        for number, invocation in enumerate(self._script.invocations):
            is_last = number == len(self._script.invocations) - 1
            if opens_session(invocation) and not is_last:
                yield self._found(self._at_byte(invocation.start), "session", program=invocation.program)
            elif not is_bounded and never_ends(invocation):
                yield self._found(self._at_byte(invocation.start), "never-ends", program=invocation.program)


def _rewrite(written: str, name: str) -> str:
    """A header goes to curl through a pipe that nobody else sees; anything else is the writer's to solve."""
    inner = written.strip("\"'")
    if _SECRET_HEADER.match(inner):
        shape = re.sub(r"\$\{?" + re.escape(name) + r"\}?|<" + re.escape(name) + ">", "%s", inner)
        variable = re.sub(r"\W+", "_", name).upper()
        return f"-H @<(printf '{shape}' \"${{{variable}}}\")"
    return _("hand it over in a variable of the environment, on standard input or in a file")


def never_ends(invocation: Invocation) -> bool:
    """Follows, watches or serves until somebody stops it."""
    inner = inner_program(invocation)
    if invocation.program == "timeout":
        return False
    if inner is not None:
        return never_ends(inner)
    program, texts = invocation.program, [word.text for word in invocation.arguments]
    options = set(texts)
    match program:
        case "tail" | "journalctl" | "stern":
            return (
                program == "stern"
                or bool(options & {"-f", "-F", "--follow"})
                or any(re.match(r"-[a-zA-Z]*[fF][a-zA-Z]*$", text) for text in texts)
            )
        case "kubectl" | "oc" | "docker" | "podman":
            if "port-forward" in options or "proxy" in texts[:1]:
                return True
            if "logs" in options or "log" in options:
                return bool(options & {"-f", "--follow", "--follow=true"})
            return "get" in options and bool(options & {"-w", "--watch", "--watch=true"})
        case "watch" | "top" | "htop" | "iotop" | "tcpdump":
            return not options & {"-n", "-b", "-c"} if program in {"top", "tcpdump"} else True
        case "ping":
            return not any(text.startswith(("-c", "-w")) for text in texts)
        case "vmstat" | "iostat" | "mpstat":
            return len([text for text in texts if text.isdigit()]) == 1
        case "aws":
            return "tail" in texts and "--follow" in options
    return False
