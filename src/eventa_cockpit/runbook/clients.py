"""Programs whose arguments decide what they do: curl by its method, psql by its SQL, sed by `-i`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from eventa_cockpit.domain.runbook import Risk
from eventa_cockpit.runbook.rules import Rule, named
from eventa_cockpit.runbook.shell import HOLE, Invocation, Word


def of_files(words: Iterable[Word]) -> Rule:
    """Programs such as `cp` and `tar`: by where their paths are."""
    paths = [word.text for word in words if not word.text.startswith("-")]
    return named("files.local" if all(is_local(path) for path in paths) else "files.write")


def is_local(path: str) -> bool:
    """Below the working folder, or of no consequence (`/dev/null`, `/tmp`)."""
    if path in {"/dev/null", "/dev/stdout", "/dev/stderr", "/dev/tty", "-"} or path.startswith("/tmp/"):  # noqa: S108
        return True
    return not path.startswith(("/", "~", HOLE)) and ".." not in path.split("/") and ":" not in path


def of_write(word: Word) -> Rule:
    """A redirection: by where it writes."""
    if word.text.startswith("/dev/") and not is_local(word.text):
        return named("files.device")
    return named("files.local" if is_local(word.text) else "files.write")


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
        if not all(is_local(target) for target in targets):
            return named("files.write")
    return rule


_CURL_SENDS = frozenset(
    "--data --data-raw --data-binary --data-ascii --data-urlencode --json --form --form-string --upload-file".split()
)


def _http(method: str) -> Rule:
    if HOLE in method:
        return named("http.computed")
    match method.upper():
        case "GET" | "HEAD" | "OPTIONS":
            return named("http.read")
        case "DELETE":
            return named("http.delete")
    return named("http.change")


def _wget(invocation: Invocation) -> Rule:
    for word in invocation.arguments:
        if word.text.startswith("--method="):
            return _http(word.text.partition("=")[2])
        if word.text.startswith(("--post-data", "--post-file", "--body-data", "--body-file")):
            return named("http.change")
    return named("http.read")


def _httpie(invocation: Invocation) -> Rule:
    first = next((word.text for word in invocation.arguments if not word.text.startswith("-")), "")
    if first.isalpha() and first.isupper():
        return _http(first)
    sends = any(re.match(r"[\w.-]+(?::?=)", word.text) for word in invocation.arguments)
    return named("http.change" if sends else "http.read")


def _rm(invocation: Invocation) -> Rule:  # noqa: ARG001
    return named("files.remove")


def _sed(invocation: Invocation) -> Rule:
    in_place = any(re.match(r"-[a-zA-Z]*i|--in-place", word.text) for word in invocation.arguments)
    return named("files.edit" if in_place else "program.read")


def _find(invocation: Invocation) -> Rule:
    return named("files.remove" if "-delete" in {word.text for word in invocation.arguments} else "program.read")


def _tee(invocation: Invocation) -> Rule:
    rules = [of_write(word) for word in invocation.arguments if not word.text.startswith("-")]
    return max(rules, key=lambda rule: rule.risk.rank, default=named("program.read"))


def _xargs(invocation: Invocation) -> Rule:  # noqa: ARG001
    return named("program.read")


def _sysctl(invocation: Invocation) -> Rule:
    writes = any(
        word.text in {"-w", "--write", "-p", "--load", "--system"} or "=" in word.text for word in invocation.arguments
    )
    return named("files.edit" if writes else "program.read")


def _journalctl(invocation: Invocation) -> Rule:
    clears = any(word.text.startswith(("--vacuum", "--rotate", "--flush")) for word in invocation.arguments)
    return named("files.remove" if clears else "program.read")


def _hostname(invocation: Invocation) -> Rule:
    sets = any(not word.text.startswith("-") for word in invocation.arguments)
    return named("files.edit" if sets else "program.read")


def _dated(invocation: Invocation) -> Rule:
    sets = any(word.text.startswith(("-s", "--set")) for word in invocation.arguments)
    return named("files.edit" if sets else "program.read")


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
        return named("sql.destructive")
    if any(word.text in {"-l", "--list"} for word in invocation.arguments) and not statements:
        return named("sql.read")
    if not statements or any(_SQL_CHANGE.search(text) or HOLE in text for text in statements):
        return named("sql.change")
    reads = all(_SQL_READ.match(part) for text in statements for part in text.split(";") if part.strip())
    return named("sql.read" if reads else "sql.change")


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
        return named("redis.destructive")
    reads = verb in _REDIS_READ or (verb == "config" and words[1:2] == ["get"])
    if verb == "client" and words[1:2] and words[1] in {"kill", "pause"}:
        reads = False
    return named("redis.read" if reads else "redis.change")


CLIENTS: dict[str, Callable[[Invocation], Rule]] = {
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
"""Program → what its arguments make of it."""
