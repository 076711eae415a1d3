"""What a script does to the world at worst, by rules on its parsed commands; the rule that decided is named."""

from __future__ import annotations

from collections.abc import Iterable

from eventa_cockpit.runbook.clients import CLIENTS, is_local, of_files, of_write
from eventa_cockpit.runbook.rules import BUILTINS, LOCAL_WRITERS, READERS, Rule, by_program, named
from eventa_cockpit.runbook.shell import HOLE, Invocation, Script, analyse
from eventa_cockpit.runbook.wrappers import SHELLS, inner_program, inner_script, opens_session

_MAX_DEPTH = 5

_VALUE_OPTIONS = {
    "kubectl": (
        "-n --namespace --context --cluster --kubeconfig -s --server --user --token --as --as-group "
        "--request-timeout -v"
    ),
    "aws": (
        "--profile --region --output --query --endpoint-url --color --cli-read-timeout "
        "--cli-connect-timeout --ca-bundle"
    ),
    "git": "-C -c --git-dir --work-tree",
    "helm": "-n --namespace --kube-context --kubeconfig",
    "docker": "-H --host --context -c --config -l --log-level",
    "systemctl": "-H --host -M --machine -t --type -p --property -n --lines -o --output",
    "docker-compose": "-f --file -p --project-name --project-directory --profile --env-file",
    "etcdctl": "--endpoints --cacert --cert --key --user -w --write-out",
    "gcloud": "--project --account --format --region --zone",
    "az": "--subscription -o --output --query",
    "ceph": "-c --conf --cluster -n --name -k --keyring -f --format",
    "virsh": "-c --connect",
}
"""Options of a program that take the next word, so that it is not mistaken for a sub-command."""
_SAME_OPTIONS = {"oc": "kubectl", "podman": "docker", "nerdctl": "docker", "rados": "ceph", "rbd": "ceph"}

_DRY_RUN = {"--dry-run", "--dryrun", "--dry-run=client", "--dry-run=server", "--dry-run=true"}
_DRY_RUNNERS = frozenset("kubectl oc aws helm rsync apt apt-get git gsutil ansible-playbook ansible".split())
_HELP = {"--help", "--version", "-version", "-help"}


def assess(script: Script) -> Rule:
    """The worst rule of all commands in the script; of equals, the first."""
    return _assess(script, 0)


def _assess(script: Script, depth: int) -> Rule:
    fired = [_of_invocation(entry, script.functions, depth) for entry in script.invocations]
    fired += [of_write(word) for word in script.writes]
    if not script.is_understood:
        fired.append(named("shell.unclear"))
    return _worst(fired)


def _worst(rules: Iterable[Rule]) -> Rule:
    """Of equally bad rules the one that says most; of those the first."""
    ordered = list(rules)
    if not ordered:
        return named("none")
    return max(ordered, key=lambda rule: (rule.risk.rank, -_DULLNESS.get(rule.id, 0)))


_DULLNESS = {"files.local": 1, "program.read": 2, "program.unknown": 2, "shell.unclear": 3, "shell.builtin": 4}


def _of_invocation(invocation: Invocation, functions: frozenset[str], depth: int) -> Rule:
    program = invocation.program
    if depth > _MAX_DEPTH:
        return named("shell.unclear")
    if program in functions or program in BUILTINS:
        return named("shell.builtin")
    if HOLE in program or not program:
        return named("shell.computed")
    if invocation.arguments and all(word.text in _HELP for word in invocation.arguments):
        return named("program.help")
    if opens_session(invocation):
        return named("kubectl.session" if program in {"kubectl", "oc"} else "shell.session")
    inner = _of_inner(invocation, functions, depth)
    if inner is not None:
        return inner
    if program in _DRY_RUNNERS and _is_dry(invocation):
        return named("dry-run")
    if program == "aws":
        return _aws(invocation)
    client = CLIENTS.get(program)
    return _by_table(invocation) if client is None else client(invocation)


def _of_inner(invocation: Invocation, functions: frozenset[str], depth: int) -> Rule | None:
    """The rule for what a wrapper runs, if it is a wrapper."""
    scripts = inner_script(invocation)
    if scripts:
        text = " ".join(word.text for word in scripts).replace(HOLE, "_")
        return _assess(analyse(text.encode(errors="replace")), depth + 1)
    program = inner_program(invocation)
    if program is None:
        return None
    inner = _of_invocation(program, functions, depth + 1)
    if invocation.program == "find" and _texts(invocation) & {"-delete"}:
        return named("files.remove")
    return inner


def _texts(invocation: Invocation) -> set[str]:
    return {word.text for word in invocation.arguments}


def _is_dry(invocation: Invocation) -> bool:
    texts = _texts(invocation)
    return bool(texts & _DRY_RUN) or (invocation.program.startswith("ansible") and bool(texts & {"--check", "-C"}))


def _by_table(invocation: Invocation) -> Rule:
    program = invocation.program
    rules = by_program().get(program)
    if rules is not None:
        operands = _operands(invocation)
        fitting = next((rule for rule in rules if rule.fits(operands)), None)
        return fitting or named("program.unknown")
    if program in LOCAL_WRITERS:
        return of_files(invocation.arguments)
    if program in READERS:
        return named("program.read")
    if program in SHELLS or program in {"source", "."} or program.endswith((".sh", ".py", ".pl", ".rb")):
        return named("shell.script")
    return named("program.unknown")


def _operands(invocation: Invocation) -> str:
    """Sub-commands and operands with what stands between them left out; options stay where a rule may look for them."""
    program = invocation.program
    with_value = frozenset(_VALUE_OPTIONS.get(_SAME_OPTIONS.get(program, program), "").split())
    words: list[str] = []
    options: list[str] = []
    skip = False
    for word in invocation.arguments:
        if skip:
            skip = False
        elif word.text == "--":
            break
        elif word.text.startswith("-"):
            skip = word.text in with_value
            options.append(word.text)
        else:
            words.append(word.text)
    if program == "git" and words:
        return " ".join([words[0], *options, *words[1:]])
    return " ".join(words or options)


def _aws(invocation: Invocation) -> Rule:
    """`s3 cp` and `s3 sync` read or write by the direction; `--delete` removes what the other side lacks."""
    operands = _operands(invocation).split()
    if operands[:1] == ["s3"] and operands[1:2] and operands[1] in {"cp", "sync", "mv"}:
        if "--delete" in _texts(invocation):
            return named("aws.destructive")
        target = operands[-1]
        if operands[1] != "mv" and not target.startswith(("s3://", HOLE)):
            return named("aws.read") if is_local(target) else named("files.write")
        return named("aws.change")
    return _by_table(invocation)


def is_known_program(name: str) -> bool:
    """Some rule or list speaks of the program: enough to tell a command from a sentence or from output."""
    program = name.rpartition("/")[2]
    known = program in by_program() or program in READERS or program in BUILTINS
    return known or program in CLIENTS or program in LOCAL_WRITERS or program in _WRAPPER_NAMES


_WRAPPER_NAMES = SHELLS | frozenset(
    "sudo doas env nice ionice timeout nohup setsid ssh su eval exec command source . chroot stdbuf "
    "flock toolbox".split()
)
