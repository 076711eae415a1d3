"""What a script does to the world at worst, by rules on its parsed commands; the rule that decided is named."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from eventa_cockpit.domain.runbook import Risk
from eventa_cockpit.runbook.rules import BUILTINS, LOCAL_WRITERS, READERS, Rule, by_id, by_program
from eventa_cockpit.runbook.shell import HOLE, Invocation, Script, Word, analyse
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
    fired += [_of_write(word) for word in script.writes]
    if not script.is_understood:
        fired.append(_named("shell.unclear"))
    return _worst(fired)


def _worst(rules: Iterable[Rule]) -> Rule:
    """Of equally bad rules the one that says most; of those the first."""
    ordered = list(rules)
    if not ordered:
        return _named("none")
    return max(ordered, key=lambda rule: (rule.risk.rank, -_DULLNESS.get(rule.id, 0)))


_DULLNESS = {"files.local": 1, "program.read": 2, "program.unknown": 2, "shell.unclear": 3, "shell.builtin": 4}


def _named(rule_id: str) -> Rule:
    return by_id()[rule_id]


def _of_invocation(invocation: Invocation, functions: frozenset[str], depth: int) -> Rule:
    program = invocation.program
    if depth > _MAX_DEPTH:
        return _named("shell.unclear")
    if program in functions or program in BUILTINS:
        return _named("shell.builtin")
    if HOLE in program or not program:
        return _named("shell.computed")
    if invocation.arguments and all(word.text in _HELP for word in invocation.arguments):
        return _named("program.help")
    if opens_session(invocation):
        return _named("kubectl.session" if program in {"kubectl", "oc"} else "shell.session")
    inner = _of_inner(invocation, functions, depth)
    if inner is not None:
        return inner
    if program in _DRY_RUNNERS and _is_dry(invocation):
        return _named("dry-run")
    special = _SPECIAL.get(program)
    if special is not None:
        return special(invocation)
    return _by_table(invocation)


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
        return _named("files.remove")
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
        return fitting or _named("program.unknown")
    if program in LOCAL_WRITERS:
        return _of_files(invocation.arguments)
    if program in READERS:
        return _named("program.read")
    if program in SHELLS or program in {"source", "."} or program.endswith((".sh", ".py", ".pl", ".rb")):
        return _named("shell.script")
    return _named("program.unknown")


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


def _of_files(words: Iterable[Word]) -> Rule:
    paths = [word.text for word in words if not word.text.startswith("-")]
    return _named("files.local" if all(_is_local(path) for path in paths) else "files.write")


def _is_local(path: str) -> bool:
    """Below the working folder, or of no consequence (`/dev/null`, `/tmp`)."""
    if path in {"/dev/null", "/dev/stdout", "/dev/stderr", "/dev/tty", "-"} or path.startswith("/tmp/"):  # noqa: S108
        return True
    return not path.startswith(("/", "~", HOLE)) and ".." not in path.split("/") and ":" not in path


def _of_write(word: Word) -> Rule:
    if word.text.startswith("/dev/") and not _is_local(word.text):
        return _named("files.device")
    return _named("files.local" if _is_local(word.text) else "files.write")


def _curl(invocation: Invocation) -> Rule:
    texts = [word.text for word in invocation.arguments]
    method, sends, head = "", False, False
    for number, text in enumerate(texts):
        following = texts[number + 1] if number + 1 < len(texts) else ""
        if text in {"-X", "--request"}:
            method = following
        elif text.startswith("--request="):
            method = text.partition("=")[2]
        elif text.startswith("-X"):
            method = text[2:]
        elif re.match(r"-[a-zA-Z]*X$", text):
            method = following
        elif text.partition("=")[0] in _CURL_SENDS or re.match(r"-[a-zA-Z]*[dFT]$|-[dFT].", text):
            sends = True
        elif text in {"-G", "--get", "-I", "--head"}:
            head = True
    if not method:
        method = "GET" if head or not sends else "POST"
    rule = _http(method)
    if rule.risk is Risk.READ:
        targets = [
            texts[number + 1] for number, text in enumerate(texts[:-1]) if text in {"-o", "--output", "--output-dir"}
        ]
        if not all(_is_local(target) for target in targets):
            return _named("files.write")
    return rule


_CURL_SENDS = frozenset(
    "--data --data-raw --data-binary --data-ascii --data-urlencode --json --form --form-string --upload-file".split()
)


def _http(method: str) -> Rule:
    if HOLE in method:
        return _named("http.computed")
    match method.upper():
        case "GET" | "HEAD" | "OPTIONS":
            return _named("http.read")
        case "DELETE":
            return _named("http.delete")
    return _named("http.change")


def _wget(invocation: Invocation) -> Rule:
    for word in invocation.arguments:
        if word.text.startswith("--method="):
            return _http(word.text.partition("=")[2])
        if word.text.startswith(("--post-data", "--post-file", "--body-data", "--body-file")):
            return _named("http.change")
    return _named("http.read")


def _httpie(invocation: Invocation) -> Rule:
    first = next((word.text for word in invocation.arguments if not word.text.startswith("-")), "")
    if first.isalpha() and first.isupper():
        return _http(first)
    sends = any(re.match(r"[\w.-]+(?::?=)", word.text) for word in invocation.arguments)
    return _named("http.change" if sends else "http.read")


def _rm(invocation: Invocation) -> Rule:  # noqa: ARG001
    return _named("files.remove")


def _sed(invocation: Invocation) -> Rule:
    in_place = any(re.match(r"-[a-zA-Z]*i|--in-place", word.text) for word in invocation.arguments)
    return _named("files.edit" if in_place else "program.read")


def _find(invocation: Invocation) -> Rule:
    return _named("files.remove" if "-delete" in _texts(invocation) else "program.read")


def _tee(invocation: Invocation) -> Rule:
    rules = [_of_write(word) for word in invocation.arguments if not word.text.startswith("-")]
    return _worst(rules)


def _xargs(invocation: Invocation) -> Rule:  # noqa: ARG001
    return _named("program.read")


def _sysctl(invocation: Invocation) -> Rule:
    writes = any(
        word.text in {"-w", "--write", "-p", "--load", "--system"} or "=" in word.text for word in invocation.arguments
    )
    return _named("files.edit" if writes else "program.read")


def _journalctl(invocation: Invocation) -> Rule:
    clears = any(word.text.startswith(("--vacuum", "--rotate", "--flush")) for word in invocation.arguments)
    return _named("files.remove" if clears else "program.read")


def _hostname(invocation: Invocation) -> Rule:
    sets = any(not word.text.startswith("-") for word in invocation.arguments)
    return _named("files.edit" if sets else "program.read")


def _dated(invocation: Invocation) -> Rule:
    sets = any(word.text.startswith(("-s", "--set")) for word in invocation.arguments)
    return _named("files.edit" if sets else "program.read")


def _aws(invocation: Invocation) -> Rule:
    """`s3 cp` and `s3 sync` read or write by the direction; `--delete` removes what the other side lacks."""
    operands = _operands(invocation).split()
    if operands[:1] == ["s3"] and operands[1:2] and operands[1] in {"cp", "sync", "mv"}:
        if "--delete" in _texts(invocation):
            return _named("aws.destructive")
        target = operands[-1]
        if operands[1] != "mv" and not target.startswith(("s3://", HOLE)):
            return _named("aws.read") if _is_local(target) else _named("files.write")
        return _named("aws.change")
    return _by_table(invocation)


_SQL_READ = re.compile(
    r"\s*(?:--[^\n]*\n\s*)*(?:select|show|explain(?!\s+analyze)|describe|desc|with|table|values|use|set\s+\w*timeout|\\)",
    re.IGNORECASE,
)
_SQL_DESTRUCTIVE = re.compile(r"\b(?:drop|truncate|delete\s+from|reset\s+master|purge)\b", re.IGNORECASE)
_SQL_CHANGE = re.compile(
    r"\b(?:insert|update|alter|create|grant|revoke|kill|call|replace|merge|copy|vacuum|reindex|optimize|flush|lock|rename|"
    r"pg_(?:terminate|cancel)_backend|pg_reload_conf|into\s+outfile|analyze|set\s+global)\b",
    re.IGNORECASE,
)


def _sql(invocation: Invocation) -> Rule:
    statements = [text for text in _sql_texts(invocation) if text.strip()]
    if any(_SQL_DESTRUCTIVE.search(text) for text in statements):
        return _named("sql.destructive")
    if any(word.text in {"-l", "--list"} for word in invocation.arguments) and not statements:
        return _named("sql.read")
    if not statements or any(_SQL_CHANGE.search(text) or HOLE in text for text in statements):
        return _named("sql.change")
    reads = all(_SQL_READ.match(part) for text in statements for part in text.split(";") if part.strip())
    return _named("sql.read" if reads else "sql.change")


def _sql_texts(invocation: Invocation) -> list[str]:
    texts = [word.text for word in invocation.arguments]
    found = [invocation.stdin] if invocation.stdin else []
    for number, text in enumerate(texts):
        if text in {"-c", "-e", "--command", "--execute", "-ce", "-tc", "-Atc", "-tAc", "-At", "-Ne", "-NBe"}:
            found += texts[number + 1 : number + 2]
        elif text.startswith(("--command=", "--execute=")):
            found.append(text.partition("=")[2])
        elif text.startswith("-e") and len(text) > 2 and invocation.program != "psql":
            found.append(text[2:])
    return found


_REDIS_READ = frozenset(
    "get mget hget hgetall hmget hkeys hlen keys scan hscan sscan zscan ttl pttl type exists info "
    "llen lrange scard smembers "
    "sismember zcard zrange zscore dbsize ping time memory slowlog latency client strlen object xlen xrange xinfo role "
    "lastsave command monitor cluster --stat --latency --bigkeys --memkeys --hotkeys".split()
)
_REDIS_DESTRUCTIVE = frozenset({"flushall", "flushdb", "del", "unlink", "shutdown", "failover", "swapdb", "debug"})


def _redis(invocation: Invocation) -> Rule:
    with_value = {"-h", "-p", "-a", "-n", "-u", "-s", "--user", "--pass", "-r", "-i"}
    words = [word.text.lower() for word in invocation.arguments]
    while words and words[0].startswith("-") and words[0] not in _REDIS_READ:
        words = words[2:] if words[0] in with_value else words[1:]
    verb = words[0] if words else ""
    if verb in _REDIS_DESTRUCTIVE or (verb == "config" and words[1:2] == ["resetstat"]):
        return _named("redis.destructive")
    reads = verb in _REDIS_READ or (verb == "config" and words[1:2] == ["get"])
    if verb == "client" and words[1:2] and words[1] in {"kill", "pause"}:
        reads = False
    return _named("redis.read" if reads else "redis.change")


_SPECIAL: dict[str, Callable[[Invocation], Rule]] = {
    "aws": _aws,
    "curl": _curl,
    "wget": _wget,
    "http": _httpie,
    "https": _httpie,
    "xh": _httpie,
    "rm": _rm,
    "rmdir": _rm,
    "unlink": _rm,
    "sed": _sed,
    "yq": _sed,
    "find": _find,
    "tee": _tee,
    "xargs": _xargs,
    "sysctl": _sysctl,
    "journalctl": _journalctl,
    "hostname": _hostname,
    "date": _dated,
    "psql": _sql,
    "mysql": _sql,
    "mariadb": _sql,
    "sqlite3": _sql,
    "redis-cli": _redis,
    "valkey-cli": _redis,
}


def is_known_program(name: str) -> bool:
    """Some rule or list speaks of the program: enough to tell a command from a sentence or from output."""
    program = name.rpartition("/")[2]
    known = program in by_program() or program in READERS or program in BUILTINS
    return known or program in _SPECIAL or program in LOCAL_WRITERS or program in _WRAPPER_NAMES


_WRAPPER_NAMES = SHELLS | frozenset(
    "sudo doas env nice ionice timeout nohup setsid ssh su eval exec command source . chroot stdbuf "
    "flock toolbox".split()
)
