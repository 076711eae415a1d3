"""What a runbook's commands need around them: programs, values, secrets, room, and a clock that others believe."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.domain.finding import Finding, Verdict, missing, ok, warning
from eventa_cockpit.domain.preflight import Block, Outcome
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.integrations.fetching import Fetcher, within
from eventa_cockpit.locale import _
from eventa_cockpit.runbook.parameters import secret_variable
from eventa_cockpit.services.diagnosis.places import examine_room
from eventa_cockpit.services.diagnosis.reaching import examine_secret
from eventa_cockpit.services.diagnosis.tools import SHELL, examine_program
from eventa_cockpit.services.preflight.ground import Ground

VERSIONS: Mapping[str, tuple[str, ...]] = {
    "aws": ("--version",),
    "bash": ("--version",),
    "curl": ("--version",),
    "helm": ("version", "--short"),
    "jq": ("--version",),
    "k6": ("version",),
    "kubectl": ("version", "--client"),
    "mysql": ("--version",),
    "psql": ("--version",),
    "python3": ("--version",),
    "terraform": ("version",),
}
"""Program → arguments that make it tell its version and do nothing else. Others are not run to find out."""
VERSION_S = 6.0
LONGEST_VERSION = 60
SKEW = timedelta(seconds=30)
"""Between this clock and others: times on the screen would mislead."""
REFUSED = timedelta(minutes=4)
"""From five minutes on AWS accepts no signature."""


def examine_tools(ground: Ground) -> Outcome:
    """Blocks: each program that is there is asked for its version."""
    path = ground.variables.get("PATH", os.defpath)
    findings: list[Finding] = []
    blocks: list[Block] = []
    for program in (SHELL, *sorted(ground.programs - {SHELL})):
        finding = examine_program(program, path, [ground.runbook.id])
        if finding.verdict is Verdict.MISSING:
            reason = _("{program} is not found on this machine.").format(program=program)
            blocks.append(Block(frozenset({program}), reason))
        findings.append(_with_version(finding, program, path, ground))
    return Outcome(tuple(findings), tuple(blocks))


def _with_version(finding: Finding, program: str, path: str, ground: Ground) -> Finding:
    found, arguments = shutil.which(program, path=path), VERSIONS.get(program)
    if found is None or arguments is None:
        return finding
    try:
        done = subprocess.run(
            [found, *arguments],
            env={**ground.variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=VERSION_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        text = _("{path}; does not tell its version").format(path=found)
        return warning(
            "tools", program, text, _("Try it by hand: {command}").format(command=f"{program} {arguments[0]}")
        )
    first = clean_line((done.stdout or done.stderr).decode("utf-8", "replace").strip().partition("\n")[0])
    return ok("tools", program, f"{first[:LONGEST_VERSION]} ({found})" if first else found)


def examine_values(ground: Ground) -> Outcome:
    """Which parameters have a value already. No value is part of a finding."""
    findings: list[Finding] = []
    wanted: list[str] = []
    for parameter in ground.parameters:
        if _place(ground, parameter.name) or parameter.is_secret:
            continue
        sources = (ground.environment.parameters, *_written(ground))
        has_value = parameter.name in ground.given or any(source.get(parameter.name) for source in sources)
        if has_value or parameter.default:
            findings.append(ok("values", parameter.name, _("has a value")))
        else:
            wanted.append(parameter.name)
    if wanted:
        remedy = _("Write it down before the next night: `parameters` in cockpit.toml.")
        findings += [warning("values", name, _("will be asked for"), remedy) for name in wanted]
    return Outcome(tuple(findings))


def _written(ground: Ground) -> Iterator[Mapping[str, str]]:
    """The runbook's own defaults for this environment."""
    yield ground.runbook.parameters.get(ground.config.environment, {})
    yield ground.runbook.parameters.get("*", {})


def _place(ground: Ground, name: str) -> str:
    secrets = ground.environment.secrets
    return secrets.get(name) or secrets.get(secret_variable(name), "")


def examine_secrets(ground: Ground) -> Outcome:
    """Blocks: each secret that a command names is read once and thrown away."""
    findings: list[Finding] = []
    for parameter in ground.parameters:
        place = _place(ground, parameter.name)
        if place:
            findings.append(examine_secret(parameter.name, place))
        elif parameter.is_secret and parameter.default is None:
            text = _("will be asked for, each time")
            remedy = _("Say where it is: `secrets` in cockpit.toml.")
            findings.append(warning("secrets", parameter.name, text, remedy))
    return Outcome(tuple(findings))


def examine_state(ground: Ground) -> Outcome:
    return Outcome((examine_room(ground.state),))


async def examine_clock(ground: Ground) -> Outcome:
    """This machine's clock against the `Date` header of the first upstream that answers with one."""
    config = ground.environment.alertmanager
    if config is None:
        return Outcome()
    for url in config.urls:
        fetcher = Fetcher()
        try:
            began = time.monotonic()
            async with within(timedelta(seconds=5)):
                answer = await fetcher.get(f"{url.rstrip('/')}/api/v2/status")
            took = timedelta(seconds=time.monotonic() - began)
            return Outcome(skew_of(answer.headers.get("date", ""), datetime.now(UTC), took))
        except UpstreamError as error:
            if error.kind is FailureKind.NOT_CONFIGURED:
                raise
        finally:
            await fetcher.close()
    return Outcome()


def skew_of(date: str, now: datetime, took: timedelta) -> tuple[Finding, ...]:
    """What a `Date` header says of our clock. It counts whole seconds and was written while the answer travelled."""
    try:
        theirs = parsedate_to_datetime(date)
    except ValueError:
        return ()
    theirs = theirs.replace(tzinfo=theirs.tzinfo or UTC)
    difference = now - took / 2 - theirs
    amount = max(abs(difference) - took / 2 - timedelta(seconds=1), timedelta())
    seconds = round(amount.total_seconds())
    if amount < SKEW:
        return (ok("clock", _("this machine"), _("agrees with Alertmanager")),)
    words = _("{seconds} s ahead of Alertmanager") if difference > timedelta() else _("{seconds} s behind Alertmanager")
    text, remedy = words.format(seconds=seconds), _("Set it right: timedatectl, chronyc tracking.")
    make = missing if amount >= REFUSED else warning
    return (make("clock", _("this machine"), text, remedy),)
