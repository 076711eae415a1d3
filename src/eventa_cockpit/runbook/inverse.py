"""What takes a command back, read off its own text: `enabled: true` becomes false, `cordon` becomes `uncordon`.

Only what is certain by the program's own words; everything else needs the runbook's `undo`. A value that only the past
knows, such as the replicas before a `scale`, becomes a placeholder that has to be filled in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from eventa_cockpit.runbook.shell import Invocation, Word, analyse

_HTTP = frozenset({"curl", "http", "https", "xh", "wget"})
_SWITCH = re.compile(rb'("enabled\\?"\s*:\s*)(true|false)\b')
_SERVICES = {"stop": "start", "start": "stop", "disable": "enable", "enable": "disable", "mask": "unmask"}
_KUBECTL_OPTIONS = ("-n", "--namespace", "--context", "--cluster", "--kubeconfig")

Edit = tuple[int, int, bytes]
"""Bytes from, to, and what stands there instead."""


def inverse_of(script: str) -> str:
    """The text of a command that takes `script` back; empty where that cannot be told."""
    source = script.encode()
    found = analyse(source)
    if not found.is_understood:
        return ""
    inverses = [text for entry in found.invocations if (text := _inverse(entry, source))]
    return inverses[0] if len(inverses) == 1 else ""


def _inverse(invocation: Invocation, source: bytes) -> str:
    if invocation.program in _HTTP:
        return _switched(source)
    rule = _RULES.get(invocation.program)
    return rule(invocation, source) if rule is not None else ""


def _switched(source: bytes) -> str:
    """The same request with its one switch the other way round."""
    switches = list(_SWITCH.finditer(source))
    if len(switches) != 1:
        return ""
    (switch,) = switches
    other = b"false" if switch[2] == b"true" else b"true"
    return (source[: switch.start(2)] + other + source[switch.end(2) :]).decode()


def _kubectl(invocation: Invocation, source: bytes) -> str:
    words = [word for word in invocation.arguments if not word.text.startswith("-")]
    verbs = [word for word in words if not _is_value(word, invocation.arguments)]
    if not verbs:
        return ""
    verb = verbs[0]
    if verb.text == "cordon":
        return _edited(source, [(verb.start, verb.end, b"uncordon")])
    if verb.text == "drain" and len(verbs) > 1 and verbs[1].is_literal:
        kept = [word.text for word in _options(invocation.arguments)]
        return " ".join([invocation.program, *kept, "uncordon", verbs[1].text])
    if verb.text == "rollout" and len(verbs) > 1 and verbs[1].text == "pause":
        return _edited(source, [(verbs[1].start, verbs[1].end, b"resume")])
    if verb.text == "scale":
        return _scaled(invocation.arguments, source, "--replicas")
    return ""


def _scaled(arguments: Sequence[Word], source: bytes, option: str) -> str:
    before = b"<replicas before>"
    for place, word in enumerate(arguments):
        if word.text.startswith(f"{option}="):
            return _edited(source, [(word.start, word.end, f"{option}=".encode() + before)])
        if word.text == option and place + 1 < len(arguments):
            value = arguments[place + 1]
            return _edited(source, [(value.start, value.end, before)])
    return ""


def _systemctl(invocation: Invocation, source: bytes) -> str:
    verb = next((word for word in invocation.arguments if not word.text.startswith("-")), None)
    if verb is None or verb.text not in _SERVICES:
        return ""
    return _edited(source, [(verb.start, verb.end, _SERVICES[verb.text].encode())])


def _aws(invocation: Invocation, source: bytes) -> str:
    texts = [word.text for word in invocation.arguments]
    if "create-db-snapshot" in texts:
        name = _value_of("--db-snapshot-identifier", texts)
        region = _value_of("--region", texts)
        shown = ["aws", "rds", "delete-db-snapshot", "--db-snapshot-identifier", name]
        is_certain = bool(name) and all(word.is_literal for word in invocation.arguments)
        return " ".join([*shown, *(["--region", region] if region else [])]) if is_certain else ""
    for verb, other in (("suspend-processes", b"resume-processes"), ("disable-alarm-actions", b"enable-alarm-actions")):
        found = next((word for word in invocation.arguments if word.text == verb), None)
        if found is not None:
            return _edited(source, [(found.start, found.end, other)])
    if "update-service" in texts:
        return _scaled(invocation.arguments, source, "--desired-count")
    return ""


_RULES: dict[str, Callable[[Invocation, bytes], str]] = {
    "kubectl": _kubectl,
    "oc": _kubectl,
    "systemctl": _systemctl,
    "aws": _aws,
}


def _edited(source: bytes, edits: Sequence[Edit]) -> str:
    text = source
    for start, end, other in sorted(edits, reverse=True):
        text = text[:start] + other + text[end:]
    return text.decode()


def _options(arguments: Sequence[Word]) -> list[Word]:
    """The options that say which cluster is meant, with their values."""
    kept: list[Word] = []
    for place, word in enumerate(arguments):
        name, equals, _value = word.text.partition("=")
        if name in _KUBECTL_OPTIONS:
            kept += [word] if equals else list(arguments[place : place + 2])
    return kept


def _is_value(word: Word, arguments: Sequence[Word]) -> bool:
    place = arguments.index(word)
    return place > 0 and arguments[place - 1].text in _KUBECTL_OPTIONS


def _value_of(option: str, texts: Sequence[str]) -> str:
    for place, text in enumerate(texts):
        if text.startswith(f"{option}="):
            return text.partition("=")[2]
        if text == option and place + 1 < len(texts):
            return texts[place + 1]
    return ""
