"""Programs that run another program or script which they are given: `sudo`, `bash -c`, `ssh host`, `kubectl exec`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from eventa_cockpit.runbook.shell import Invocation, Word

SHELLS = frozenset({"bash", "sh", "zsh", "dash", "ksh", "ash"})

_OPTIONS_WITH_VALUE: dict[str, frozenset[str]] = {
    "sudo": frozenset("-u -g -h -p -C -r -t -T -U -D -R --user --group --host --prompt --chdir --chroot".split()),
    "doas": frozenset({"-u", "-C"}),
    "env": frozenset({"-u", "--unset", "-C", "--chdir", "-S", "--split-string"}),
    "nice": frozenset({"-n", "--adjustment"}),
    "ionice": frozenset({"-c", "-n", "-p", "--class", "--classdata"}),
    "timeout": frozenset({"-k", "--kill-after", "-s", "--signal"}),
    "xargs": frozenset("-I -n -P -L -d -E -s -a --max-args --max-procs --delimiter --arg-file --replace".split()),
    "watch": frozenset({"-n", "--interval"}),
    "stdbuf": frozenset({"-i", "-o", "-e"}),
    "flock": frozenset({"-w", "--timeout", "-E", "--conflict-exit-code"}),
    "time": frozenset({"-f", "-o", "--format", "--output"}),
    "strace": frozenset({"-e", "-o", "-p", "-s", "-u"}),
    "chroot": frozenset(),
    "ssh": frozenset("-b -c -D -E -e -F -I -i -J -L -l -m -O -o -p -Q -R -S -W -w".split()),
    "exec": frozenset({"-a"}),
    "su": frozenset({"-s", "--shell", "-g", "-G"}),
}
_SKIPPED_OPERANDS = {"timeout": 1, "flock": 1, "chroot": 1, "taskset": 1}
"""Operands before the program: the duration, the lock file, the new root."""

_PREFIXES = frozenset(
    "sudo doas env nice ionice timeout xargs stdbuf flock time strace chroot nohup setsid command builtin exec "
    "taskset unbuffer caffeinate".split()
)
_CONTAINER_CLIENTS = frozenset({"kubectl", "oc", "docker", "podman", "nerdctl", "crictl", "docker-compose"})


def inner_program(invocation: Invocation) -> Invocation | None:
    """The command that a wrapper runs, when its words are given one by one: `sudo -u app ls` gives `ls`."""
    if invocation.program in _PREFIXES:
        return _as_invocation(_operands(invocation), invocation)
    if invocation.program in _CONTAINER_CLIENTS:
        return _after_dashes(invocation)
    if invocation.program == "find":
        return _after_exec(invocation)
    return None


def inner_script(invocation: Invocation) -> tuple[Word, ...]:
    """The words that another shell will join and read as a script: of `bash -c '…'`, `ssh host …`, `eval …`."""
    current: Invocation | None = invocation
    for _ in range(8):
        if current is None:
            break
        words = _script_words(current)
        if words:
            return words
        current = inner_program(current)
    return ()


def opens_session(invocation: Invocation) -> bool:
    """What follows is typed into a program or another machine, not into this shell."""
    program, arguments = invocation.program, [word.text for word in invocation.arguments]
    if program in {"sudo", "doas"} and {"-i", "-s", "su"} & set(arguments[:2]) and len(arguments) <= 3:
        return True
    inner = inner_program(invocation)
    if inner is not None:
        return opens_session(inner)
    if program in SHELLS:
        is_given = any(not argument.startswith("-") for argument in arguments) or invocation.stdin is not None
        return not is_given and "-c" not in arguments
    if program == "ssh":
        return len(_operands(invocation)) == 1
    if program == "su":
        return "-c" not in arguments and "--command" not in arguments
    if program in {"kubectl", "oc"}:
        return bool({"rsh", "debug", "attach"} & set(arguments[:4])) and len(_plain(arguments)) <= _session_operands(
            arguments
        )
    if program == "chroot":
        return not _operands(invocation)
    return program in {"toolbox", "telnet", "mysql", "psql", "redis-cli", "mongo", "mongosh"} and not (
        arguments or invocation.stdin
    )


def _session_operands(arguments: Sequence[str]) -> int:
    """`oc rsh POD` opens a session; `oc rsh POD ls` runs one command. Values of options are counted generously."""
    return 2 + sum(1 for argument in arguments if argument in {"-n", "--namespace", "-c", "--container", "--context"})


def _plain(arguments: Sequence[str]) -> list[str]:
    return [argument for argument in arguments if not argument.startswith("-")]


def _operands(invocation: Invocation) -> list[Word]:
    """The words from the wrapped program on: after the options, their values, and `NAME=value` pairs."""
    with_value = _OPTIONS_WITH_VALUE.get(invocation.program, frozenset())
    words = list(invocation.arguments)
    while words:
        text = words[0].text
        if text == "--":
            words = words[1:]
            break
        if text.startswith("-") and len(text) > 1:
            words = words[2:] if text in with_value else words[1:]
        elif invocation.program in {"env", "sudo"} and text.partition("=")[0].isidentifier() and "=" in text:
            words = words[1:]
        else:
            break
    return words[_SKIPPED_OPERANDS.get(invocation.program, 0) :]


def _as_invocation(words: Sequence[Word], outer: Invocation) -> Invocation | None:
    if not words:
        return None
    program = words[0].text
    return Invocation(program.rpartition("/")[2] or program, tuple(words[1:]), outer.stdin, words[0].start)


def _after_dashes(invocation: Invocation) -> Invocation | None:
    """`kubectl exec POD -- ls`, `docker exec NAME ls`, `oc rsh POD ls`."""
    texts = [word.text for word in invocation.arguments]
    verbs = {"exec", "run", "debug", "rsh"} & set(_plain(texts)[:4])
    if not verbs:
        return None
    if "--" in texts:
        return _as_invocation(invocation.arguments[texts.index("--") + 1 :], invocation)
    verb = next(text for text in texts if text in verbs)
    if verb in {"exec", "rsh"}:
        return _as_invocation(_after_container(invocation.arguments[texts.index(verb) + 1 :]), invocation)
    return None


def _after_container(words: Sequence[Word]) -> Sequence[Word]:
    """The words after the options and the container's or pod's name."""
    with_value = {
        "-n",
        "--namespace",
        "-c",
        "--container",
        "-u",
        "--user",
        "-w",
        "--workdir",
        "-e",
        "--env",
        "--context",
    }
    rest = list(words)
    while rest and rest[0].text.startswith("-"):
        rest = rest[2:] if rest[0].text in with_value else rest[1:]
    rest = rest[1:]
    while rest and rest[0].text.startswith("-"):
        rest = rest[2:] if rest[0].text in with_value else rest[1:]
    return rest


def _after_exec(invocation: Invocation) -> Invocation | None:
    for number, word in enumerate(invocation.arguments):
        if word.text in {"-exec", "-execdir", "-ok", "-okdir"}:
            return _as_invocation(invocation.arguments[number + 1 :], invocation)
    return None


def _script_words(invocation: Invocation) -> tuple[Word, ...]:
    finder = _SCRIPT_WORDS.get("sh" if invocation.program in SHELLS else invocation.program)
    return finder(invocation) if finder else ()


def _after_c(invocation: Invocation) -> tuple[Word, ...]:
    for number, word in enumerate(invocation.arguments[:-1]):
        text = word.text
        if text == "--command" or (text.startswith("-") and not text.startswith("--") and text.endswith("c")):
            return (invocation.arguments[number + 1],)
    return ()


def _after_host(invocation: Invocation) -> tuple[Word, ...]:
    return tuple(_operands(invocation)[1:])


def _all(invocation: Invocation) -> tuple[Word, ...]:
    return tuple(_operands(invocation))


_SCRIPT_WORDS: dict[str, Callable[[Invocation], tuple[Word, ...]]] = {
    "sh": _after_c,
    "su": _after_c,
    "script": _after_c,
    "ssh": _after_host,
    "eval": _all,
    "watch": _all,
}
