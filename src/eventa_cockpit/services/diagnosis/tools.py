"""The programs that runs need: the shell itself, and what the runbooks' commands call."""

from __future__ import annotations

import os
import shutil
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from eventa_cockpit.config import Config
from eventa_cockpit.domain.finding import Finding, missing, ok
from eventa_cockpit.domain.runbook import Command, Library
from eventa_cockpit.locale import _

SHELL = "bash"
SHELL_LANGUAGES = frozenset({"bash", "sh", "shell", "zsh", "console", "shell-session", ""})
ELSEWHERE = frozenset({"ssh", "kubectl", "oc", "docker", "podman", "nerdctl", "crictl", "docker-compose"})
"""What these run, they run on another machine or in a container."""

BUILT_IN = frozenset(
    ". : [ [[ alias bg bind break builtin caller cd command compgen complete continue declare dirs disown echo enable "
    "eval exec exit export false fc fg getopts hash help history jobs kill let local logout mapfile popd printf pushd "
    "pwd read readarray readonly return set shift shopt source suspend test time times trap true type typeset ulimit "
    "umask unalias unset wait".split()
)
"""What bash does itself."""

PACKAGES = {
    "aws": "https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html",
    "curl": "apt-get install curl",
    "dig": "apt-get install dnsutils",
    "jq": "apt-get install jq",
    "k6": "https://grafana.com/docs/k6/latest/set-up/install-k6/",
    "kubectl": "https://kubernetes.io/docs/tasks/tools/install-kubectl-linux/",
    "mysql": "apt-get install default-mysql-client",
    "pg_dump": "apt-get install postgresql-client",
    "psql": "apt-get install postgresql-client",
}
"""Program → how Debian and Ubuntu get it, or its own page."""


def examine_tools(config: Config, library: Library) -> Iterator[Finding]:
    """bash, then every program that some command calls, in the order of the alphabet."""
    path = config.chosen.variables.get("PATH") or os.environ.get("PATH", "")
    found = shutil.which(SHELL, path=path)
    if found is None:
        yield missing("tools", SHELL, _("not found; no step can run"), _install(SHELL, "apt-get install bash"))
    else:
        yield ok("tools", SHELL, found)
    for program, users in sorted(programs_of(library).items()):
        yield examine_program(program, path, users)


def examine_program(program: str, path: str, users: Sequence[str]) -> Finding:
    """Where it is, or who misses it."""
    found = shutil.which(program, path=path)
    if found is not None:
        return ok("tools", program, found)
    return missing(
        "tools",
        program,
        _("not found; needed by {users}").format(users=", ".join(users)),
        _install(program, PACKAGES.get(program, f"apt-get install {program}")),
    )


def programs_of(library: Library) -> Mapping[str, list[str]]:
    """Program → the runbooks whose commands call it on this machine."""
    users: defaultdict[str, list[str]] = defaultdict(list)
    for runbook in library.runbooks:
        for command in (command for step in runbook.steps for command in step.commands):
            for program in programs_in(command):
                if runbook.id not in users[program]:
                    users[program].append(runbook.id)
    return users


def programs_in(command: Command) -> Iterator[str]:
    """Programs that a command calls on this machine, as often as it does; none for what is not run by a shell."""
    from eventa_cockpit.runbook.shell import Invocation, analyse
    from eventa_cockpit.runbook.wrappers import inner_program

    if command.language not in SHELL_LANGUAGES:
        return
    script = analyse(command.text.encode())
    for invocation in script.invocations:
        inner: Invocation | None = invocation
        while inner is not None:
            if _is_program(inner.program) and inner.program not in script.functions:
                yield inner.program
            if inner.program in ELSEWHERE:
                break
            inner = inner_program(inner)


def _is_program(name: str) -> bool:
    return name not in BUILT_IN and bool(name) and all(part.isalnum() for part in name.replace("_", "-").split("-"))


def _install(program: str, how: str) -> str:
    return _("Install {program}: {how}").format(program=program, how=how)
