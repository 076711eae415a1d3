"""`cockpit runbooks`: which runbooks there are, what one says, and what is wrong with them."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from eventa_cockpit.domain.runbook import Command, Library, Runbook, Step
from eventa_cockpit.locale import _

_PATHS = click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def runbooks() -> None:
    """List, show and check runbooks."""


@runbooks.command("list")
@_PATHS
@_JSON
def list_runbooks(paths: tuple[Path, ...], *, as_json: bool) -> None:
    """List the runbooks of PATHS (files or folders; without any, the configured ones)."""
    library = _load(paths)
    if as_json:
        from eventa_cockpit.runbook.report import library_data

        _print_json(library_data(library))
        return
    for runbook in library.runbooks:
        steps = len(runbook.steps)
        commands = sum(len(step.commands) for step in runbook.steps)
        click.echo(f"{runbook.id}")
        click.echo(
            "    "
            + _("{title}  ({steps} steps, {commands} commands)  {file}:{line}").format(
                title=runbook.title, steps=steps, commands=commands, file=runbook.file, line=runbook.line
            )
        )
    _print_problems(library)


@runbooks.command("show")
@click.argument("runbook_id", metavar="ID")
@_PATHS
@_JSON
def show_runbook(runbook_id: str, paths: tuple[Path, ...], *, as_json: bool) -> None:
    """Show one runbook of PATHS with its steps, commands, parameters and risks."""
    library = _load(paths)
    runbook = library.runbook(runbook_id)
    if runbook is None:
        known = ", ".join(entry.id for entry in library.runbooks) or _("none")
        message = _("There is no runbook {id}. There are: {known}.").format(id=runbook_id, known=known)
        raise click.UsageError(message)
    if as_json:
        from eventa_cockpit.runbook.report import runbook_data

        _print_json(runbook_data(runbook))
        return
    for line in _lines_of(runbook):
        click.echo(line)


@runbooks.command("lint")
@_PATHS
@_JSON
@click.pass_context
def lint_runbooks(context: click.Context, paths: tuple[Path, ...], *, as_json: bool) -> None:
    """Check the runbooks of PATHS; the exit status is 1 when something should be mended."""
    from eventa_cockpit.runbook.lint import lint_paths

    findings = lint_paths(_existing(paths))
    if as_json:
        entries = [
            {"file": entry.file, "line": entry.line, "rule": entry.rule, "message": entry.message} for entry in findings
        ]
        _print_json({"findings": entries})
    else:
        for entry in findings:
            click.echo(f"{entry.file}:{entry.line}: {entry.message} [{entry.rule}]")
        if not findings:
            click.echo(_("Nothing to mend."))
    if findings:
        context.exit(1)


def _load(paths: Sequence[Path]) -> Library:
    from eventa_cockpit.runbook.library import load_library

    return load_library(_existing(paths))


def _existing(paths: Sequence[Path]) -> list[Path]:
    """The paths asked for, else those of the configuration, else the ones that are shipped."""
    for path in paths:
        if not path.exists():
            raise click.UsageError(_("{path} does not exist.").format(path=path))
    if paths:
        return list(paths)
    from eventa_cockpit.runbook.library import shipped_runbooks

    return [shipped_runbooks()]


def _print_json(data: Any) -> None:
    json.dump(data, sys.stdout, ensure_ascii=_is_narrow(), indent=2)
    sys.stdout.write("\n")


def _is_narrow() -> bool:
    """A terminal that cannot show Japanese gets it escaped instead of an error."""
    return (sys.stdout.encoding or "").casefold().replace("-", "") != "utf8"


def _print_problems(library: Library) -> None:
    for problem in library.problems:
        click.echo(f"{problem.file}:{problem.line}: {problem.message}", err=True)


def _lines_of(runbook: Runbook) -> list[str]:
    lines = [f"# {runbook.title}", f"{runbook.file}:{runbook.line}", ""]
    lines += [runbook.text, ""] if runbook.text else []
    lines += [f"{key}: {value}" for key, value in runbook.facts.items()]
    lines += [f"! {signal.text}" for signal in runbook.signals]
    for phase in runbook.phases:
        lines += ["", f"## {phase.title} ({phase.kind.value})"]
        for step in phase.steps:
            lines += _lines_of_step(step, "")
    return lines


def _lines_of_step(step: Step, indent: str) -> list[str]:
    lines = [f"{indent}{step.number}. {step.title}"]
    inner = f"{indent}   "
    lines += [f"{inner}{line}" for line in step.text.splitlines()]
    for command in step.commands:
        lines += _lines_of_command(command, inner)
    for substep in step.substeps:
        lines += _lines_of_step(substep, inner)
    return lines


def _lines_of_command(command: Command, indent: str) -> list[str]:
    from eventa_cockpit.runbook.rules import explain

    lines = [f"{indent}[{command.risk.value}] {explain(command.risk_rule)} ({command.risk_rule})"]
    lines += [f"{indent}| {line}" for line in command.text.splitlines()]
    names = [f"{entry.name} ({_('secret')})" if entry.is_secret else entry.name for entry in command.parameters]
    if names:
        lines.append(f"{indent}" + _("asks for: {names}").format(names=", ".join(names)))
    return lines
