"""Everything that an upstream can do to us over HTTP, one behaviour each."""

from __future__ import annotations

import gzip
import json
import socket
import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache

from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.integrations.answers import JSON_FORM
from eventa_cockpit.testing.loopback import Behaviour, Loopback, Request, answer, head

NOW = datetime(2026, 11, 23, 21, 30, 20, tzinfo=UTC)
"""The moment that a source takes for now when a fault has a date in it."""
CHUNK = b"7" * 65_536
JSON = {"Content-Type": JSON_FORM}
EXPIRED = json.dumps({"__type": "com.amazonaws#ExpiredToken", "message": "expired", "kind": "Status"}).encode()


def never(upstream: Loopback) -> Behaviour:
    def wait(_request: Request, _connection: socket.socket) -> None:
        upstream.ended.wait(20)

    return wait


def dripping(upstream: Loopback, first: bytes, drop: bytes) -> Behaviour:
    """Never silent for long enough to look dead."""

    def write(_request: Request, connection: socket.socket) -> None:
        connection.sendall(first)
        while not upstream.ended.wait(0.05):
            connection.sendall(drop)

    return write


def reset(_request: Request, connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def half(form: str) -> Behaviour:
    """Half of the page that was announced."""
    headers = {"Content-Type": form, "Content-Length": "1000"}
    return lambda _request, connection: connection.sendall(head(200, headers) + b'[{"labels": {"alertname": "A"')


def endless(upstream: Loopback, headers: dict[str, str]) -> Behaviour:
    """200 MB and no announcement of it."""

    def write(_request: Request, connection: socket.socket) -> None:
        connection.sendall(head(200, headers) + b'["')
        for _ in range(200_000_000 // len(CHUNK)):
            if upstream.ended.is_set():
                return
            connection.sendall(CHUNK)

    return write


@cache
def bomb() -> bytes:
    """100 kB that unpack to 100 MB."""
    return gzip.compress(b'["' + b"a" * 100_000_000 + b'"]')


@dataclass(frozen=True)
class Fault:
    name: str
    kinds: frozenset[FailureKind]
    """What any of our integrations may call it."""
    wait: float | None = None
    """Seconds that the upstream asked for."""


def fault(name: str, *kinds: FailureKind, wait: float | None = None) -> Fault:
    return Fault(name, frozenset(kinds), wait)


FAULTS = (
    fault("time-out", FailureKind.TIMEOUT),
    fault("slow headers", FailureKind.TIMEOUT),
    fault("dripping body", FailureKind.TIMEOUT),
    fault("reset", FailureKind.NETWORK),
    fault("closed", FailureKind.NETWORK),
    fault("not HTTP", FailureKind.NETWORK),
    fault("401", FailureKind.UNAUTHORISED),
    fault("403", FailureKind.FORBIDDEN),
    fault("404", FailureKind.NOT_FOUND),
    fault("400", FailureKind.REFUSED),
    fault("429", FailureKind.THROTTLED),
    fault("429 with seconds", FailureKind.THROTTLED, wait=17),
    fault("429 with a date", FailureKind.THROTTLED, wait=40),
    fault("429 by a clock that is years behind", FailureKind.THROTTLED),
    fault("429 by a clock that is years ahead", FailureKind.THROTTLED),
    fault("500", FailureKind.SERVER),
    fault("503", FailureKind.SERVER),
    fault("503 with seconds", FailureKind.THROTTLED, wait=9),
    fault("redirect", FailureKind.REDIRECTED),
    fault("HTML", FailureKind.MALFORMED),
    fault("HTML that says it is JSON", FailureKind.MALFORMED),
    fault("truncated JSON", FailureKind.MALFORMED),
    fault("deeply nested JSON", FailureKind.MALFORMED),
    fault("NaN", FailureKind.MALFORMED),
    fault("bad UTF-8", FailureKind.MALFORMED),
    fault("wrong content type", FailureKind.MALFORMED),
    fault("schema change", FailureKind.MALFORMED),
    fault("another type altogether", FailureKind.MALFORMED),
    fault("empty", FailureKind.MALFORMED),
    fault("half a page", FailureKind.MALFORMED, FailureKind.NETWORK),
    fault("huge body", FailureKind.TOO_LARGE),
    fault("huge body announced", FailureKind.TOO_LARGE),
    fault("gzip bomb", FailureKind.MALFORMED),
)


def _until(moment: datetime) -> dict[str, str]:
    return {"Retry-After": format_datetime(moment, usegmt=True)}


def behaviour(name: str, upstream: Loopback, form: str = JSON_FORM) -> Behaviour:
    """What the upstream does from now on; `form` is the media type that it says it sends."""
    statuses = {"401", "403", "404", "400", "429", "500", "503"}
    if name in statuses:
        return answer(b"", status=int(name))
    elsewhere = {"Location": "http://127.0.0.1:9/steal?token=x"}
    kind = {"Content-Type": form}
    made: dict[str, Behaviour] = {
        "time-out": never(upstream),
        "slow headers": dripping(upstream, b"HTTP/1.1 200 OK\r\nX-Slow: ", b"z"),
        "dripping body": dripping(upstream, head(200, kind) + b"[", b" "),
        "reset": reset,
        "closed": lambda _request, _connection: None,
        "not HTTP": lambda _request, connection: connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"),
        "429 with seconds": answer(b"", status=429, headers={"Retry-After": "17"}),
        "429 with a date": answer(b"", status=429, headers=_until(NOW.replace(minute=31, second=0))),
        "429 by a clock that is years behind": answer(b"", status=429, headers=_until(NOW.replace(year=1999))),
        "429 by a clock that is years ahead": answer(b"", status=429, headers=_until(NOW.replace(year=2099))),
        "503 with seconds": answer(b"", status=503, headers={"Retry-After": "9"}),
        "redirect": answer(b"", status=302, headers=elsewhere),
        "HTML": answer(b"<!doctype html><title>Log in</title>", kind="text/html; charset=utf-8"),
        "HTML that says it is JSON": answer(b"<!doctype html><title>Log in</title>", kind=form),
        "truncated JSON": answer(b'{"items": [{"metadata": {"name": ', kind=form),
        "deeply nested JSON": answer(b"[" * 200_000 + b"]" * 200_000, kind=form),
        "NaN": answer(b'{"items": [NaN], "metadata": {"n": Infinity}, "MetricDataResults": NaN}', kind=form),
        "bad UTF-8": answer(b'["\xff\xfe"]', kind=form),
        "wrong content type": answer(b"[]", kind="image/png"),
        "schema change": answer(
            json.dumps({"alerts": {"at": NOW.isoformat()}, "page": 1, "status": 2}).encode(), kind=form
        ),
        "another type altogether": answer(b"42", kind=form),
        "empty": answer(b"", kind=form),
        "half a page": half(form),
        "huge body": endless(upstream, kind),
        "huge body announced": endless(upstream, {**kind, "Content-Length": "200000000"}),
        "gzip bomb": answer(bomb() if name == "gzip bomb" else b"", kind=form, headers={"Content-Encoding": "gzip"}),
    }
    return made[name]
