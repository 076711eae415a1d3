"""`cockpit runbooks`: which runbooks there are, what one says, and what is wrong with them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from eventa_cockpit.cleaning import clean, clean_line
from eventa_cockpit.cli.options import Options, pass_options
from eventa_cockpit.domain.runbook import Command, Library, Runbook, Step
from eventa_cockpit.errors import RunbookError
from eventa_cockpit.locale import _, mark

if TYPE_CHECKING:
    from eventa_cockpit.services.trust import Trust, Vetting

TO_MEND = 1
"""Exit status of a lint that found something."""
NOT_APPROVED = 1
"""Exit status of an `allow` that was answered with no."""
TRUST = {
    "shipped": mark("came with the cockpit"),
    "signed": mark("signed by {who}"),
    "approved": mark("approved by {who} on {at}"),
    "changed": mark("changed since {who} approved it on {at}; its next run asks"),
    "new": mark("not approved yet; its first run asks"),
}

_paths = click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of lines.")


@click.group()
def runbooks() -> None:
    """List, show and check runbooks. PATH is a file or a folder; without one, the configured runbooks."""


@runbooks.command("list")
@_paths
@_json
@pass_options
def list_runbooks(options: Options, paths: tuple[Path, ...], *, as_json: bool) -> int:
    """List the runbooks of each PATH."""
    library = open_library(paths, options)
    if as_json:
        from eventa_cockpit.runbook.report import library_data

        _print_json(library_data(library))
        return 0
    for runbook in library.runbooks:
        counts = _("{steps} steps, {commands} commands").format(
            steps=len(runbook.steps), commands=sum(len(step.commands) for step in runbook.steps)
        )
        click.secho(clean_line(runbook.id), bold=True)
        click.echo(f"    {clean_line(runbook.title)} ({counts})  {clean_line(runbook.file)}:{runbook.line}")
    for problem in library.problems:
        click.echo(clean_line(f"{problem.file}:{problem.line}: {problem.message}"), err=True)
    return 0


@runbooks.command("show")
@click.argument("runbook_id", metavar="ID")
@_paths
@_json
@pass_options
def show_runbook(options: Options, runbook_id: str, paths: tuple[Path, ...], *, as_json: bool) -> int:
    """Show the runbook ID of the PATHs: its steps, commands, parameters and risks."""
    runbook = find_runbook(open_library(paths, options), runbook_id)
    if as_json:
        from eventa_cockpit.runbook.report import runbook_data

        _print_json(runbook_data(runbook))
        return 0
    for line in _lines_of(runbook):
        click.echo(clean_line(line))
    return 0


@runbooks.command("lint")
@_paths
@_json
@pass_options
def lint_runbooks(options: Options, paths: tuple[Path, ...], *, as_json: bool) -> int:
    """Say what should be mended in the runbooks of each PATH; exit status 1 when there is something."""
    from eventa_cockpit.runbook.lint import lint_paths

    findings = lint_paths(_existing(paths, options))
    if as_json:
        fields = ("file", "line", "rule", "message")
        _print_json({"findings": [{name: getattr(entry, name) for name in fields} for entry in findings]})
    else:
        for entry in findings:
            click.echo(clean_line(f"{entry.file}:{entry.line}: {entry.message} [{entry.rule}]"))
        if not findings:
            click.echo(_("There is nothing to mend."))
    return TO_MEND if findings else 0


@runbooks.command("allow")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Approve without asking.")
@pass_options
def allow_runbooks(options: Options, paths: tuple[Path, ...], *, yes: bool) -> int:
    """List the commands of each PATH that nobody approved on this machine yet, and approve them."""
    vetting = _vetting(options)
    places = [
        (runbook, step, index)
        for runbook in open_library(paths, options).runbooks
        for step in runbook.steps
        for index in range(len(step.commands))
    ]
    asked = [(place, trust) for place in places if (trust := vetting.trust_in(*place)).needs_approval]
    for (runbook, step, index), trust in asked:
        click.secho(clean_line(f"{runbook.file}:{step.commands[index].line}: {step.number} {step.title}"), bold=True)
        for line in trust.diff or clean(step.commands[index].text).splitlines():
            click.echo(f"    {clean_line(line)}")
    if not asked:
        click.echo(_("There is nothing to approve."))
        return 0
    if not yes and not click.confirm(_("Approve all of these ({count})?").format(count=len(asked))):
        return NOT_APPROVED
    for place, _trust in asked:
        vetting.approve(*place)
    click.echo(_("Approved on this machine: {count}.").format(count=len(asked)))
    return 0


@runbooks.command("trust")
@click.argument("runbook_id", metavar="ID")
@_paths
@pass_options
def show_trust(options: Options, runbook_id: str, paths: tuple[Path, ...]) -> int:
    """Show which commands of the runbook ID may run without an approval, and why."""
    vetting = _vetting(options)
    runbook = find_runbook(open_library(paths, options), runbook_id)
    for step in runbook.steps:
        for index in range(len(step.commands)):
            trust = vetting.trust_in(runbook, step, index)
            click.echo(clean_line(f"{step.number} {step.title}: {_trust_in_words(trust)}"))
            for line in trust.diff:
                click.echo(f"    {clean_line(line)}")
    return 0


def _trust_in_words(trust: Trust) -> str:
    return _(TRUST[trust.state.value]).format(who=trust.by, at=trust.at)


def _vetting(options: Options) -> Vetting:
    from eventa_cockpit.config import prepare_state
    from eventa_cockpit.services.incidents import new_responder
    from eventa_cockpit.services.trust import Vetting

    config = options.config()
    responder = new_responder(config.responder)
    return Vetting(prepare_state(config), responder.name, signers=config.trusted_signers)


def find_runbook(library: Library, runbook_id: str) -> Runbook:
    """Raises RunbookError, which names those that there are."""
    runbook = library.runbook(runbook_id)
    if runbook is None:
        known = ", ".join(entry.id for entry in library.runbooks) or _("none")
        raise RunbookError(_("There is no runbook {id}. There are: {known}.").format(id=runbook_id, known=known))
    return runbook


def open_library(paths: Sequence[Path], options: Options) -> Library:
    """Raises RunbookError when a path does not exist."""
    from eventa_cockpit.runbook.library import load_library

    return load_library(_existing(paths, options))


def _existing(paths: Sequence[Path], options: Options) -> list[Path]:
    """The paths asked for, else those of the configuration, else the ones that come with the cockpit."""
    for path in paths:
        if not path.exists():
            raise RunbookError(_("{path} does not exist.").format(path=path))
    if paths:
        return list(paths)
    from eventa_cockpit.runbook.library import shipped_runbooks

    return [Path(name).expanduser() for name in options.config().runbooks] or [shipped_runbooks()]


_UNSEEN = re.compile("[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def _print_json(data: Any) -> None:
    """Readable Japanese, with what a terminal would obey or hide written as escapes."""
    text = json.dumps(data, ensure_ascii=False, indent=2)
    click.echo(_UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def _lines_of(runbook: Runbook) -> Iterator[str]:
    yield f"# {runbook.title}"
    yield f"{runbook.file}:{runbook.line}"
    if runbook.text:
        yield ""
        yield from runbook.text.splitlines()
    if runbook.facts or runbook.signals:
        yield ""
    yield from (f"{key}: {value}" for key, value in runbook.facts.items())
    yield from (f"! {signal.text}" for signal in runbook.signals)
    for phase in runbook.phases:
        yield ""
        yield f"## {phase.title} ({phase.kind.value})"
        yield from phase.text.splitlines()
        for step in phase.steps:
            yield from _lines_of_step(step, "")


def _lines_of_step(step: Step, indent: str) -> Iterator[str]:
    yield f"{indent}{step.number}. {step.title}"
    inner = f"{indent}   "
    yield from (f"{inner}{line}" for line in step.text.splitlines())
    for command in step.commands:
        yield from _lines_of_command(command, inner)
    for substep in step.substeps:
        yield from _lines_of_step(substep, inner)


def _lines_of_command(command: Command, indent: str) -> Iterator[str]:
    from eventa_cockpit.runbook.rules import explain

    yield f"{indent}[{command.risk.value}] {explain(command.risk_rule)} ({command.risk_rule})"
    yield from (f"{indent}| {line}" for line in clean(command.text).splitlines())
    names = [f"{entry.name} ({_('secret')})" if entry.is_secret else entry.name for entry in command.parameters]
    if names:
        yield f"{indent}" + _("asks for: {names}").format(names=", ".join(names))
