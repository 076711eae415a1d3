"""One event as one line: a JSON object that ends with the SHA-256 of everything before it.

The hash is over the bytes as they stand, so that nobody has to write JSON in the same way twice to check it, and it
covers the hash of the line before, so that the lines are a chain.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Annotated, Any, get_args

import msgspec

from eventa_cockpit.domain.event import Event, Fact, IncidentDeclared, UnknownFact

VERSION = 1
LARGEST = 1 << 20
"""Bytes of the longest line that is read as an event."""

_HASH = b',"hash":"'
_TAIL = len(_HASH) + 64 + 2

KINDS: dict[str, type[Fact]] = {kind.__name__: kind for kind in get_args(Fact) if kind is not UnknownFact}
_FACTS = {name: msgspec.json.Decoder(kind) for name, kind in KINDS.items()}
_ANYTHING = msgspec.json.Decoder(dict[str, Any])
NOTHING_SEEN: MappingProxyType[str, str] = MappingProxyType({})


_Count = Annotated[int, msgspec.Meta(ge=1, le=1 << 53)]
"""Bounded, so that one foreign line cannot drive everybody's clock past what JSON can hold."""


class _Record(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A line's members, in the order in which they are written. Unknown ones are left where they are."""

    v: int
    incident: str
    session: str
    number: _Count
    lamport: _Count
    uid: int
    name: str
    at: Annotated[datetime, msgspec.Meta(tz=True)]
    boot: str
    monotonic: float
    kind: str
    data: msgspec.Raw
    key: str = ""
    seen: dict[str, str] = {}
    previous: str = ""


_RECORD = msgspec.json.Decoder(_Record)


@dataclass(frozen=True, slots=True)
class Head:
    """What the next line of any journal has to know of this one."""

    number: int
    lamport: int
    hash: str


class _HeadRecord(msgspec.Struct, frozen=True, gc=False):
    number: _Count
    lamport: _Count


_HEAD = msgspec.json.Decoder(_HeadRecord)


def encode(event: Event) -> tuple[bytes, str]:
    """The line, with its line feed, and its hash."""
    fact = event.fact
    kind, data = (fact.kind, dict(fact.data)) if isinstance(fact, UnknownFact) else (type(fact).__name__, fact)
    record = _Record(
        VERSION,
        event.incident,
        event.session,
        event.number,
        event.lamport,
        event.uid,
        _encodable(event.name),
        event.at,
        event.boot_id,
        round(event.monotonic.total_seconds(), 6),
        kind,
        msgspec.Raw(_json(data)),
        _encodable(event.key),
        dict(event.seen),
        event.previous,
    )
    body = msgspec.json.encode(record)
    digest = hashlib.sha256(body).hexdigest()
    return b'%s%s%s"}\n' % (body[:-1], _HASH, digest.encode()), digest


def decode(line: bytes) -> Event | None:
    """The event of a line without its line feed; None when it is none of ours. Does not check the hash."""
    stated = stated_hash(line)
    if stated is None:
        return None
    try:
        record = _RECORD.decode(line)
        fact = _fact(record.kind, record.data)
        return Event(
            record.incident,
            record.session,
            record.number,
            record.lamport,
            record.uid,
            record.name,
            record.at,
            record.boot,
            timedelta(seconds=record.monotonic),
            fact,
            record.key,
            record.previous,
            MappingProxyType(record.seen) if record.seen else NOTHING_SEEN,
            stated,
        )
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError):
        return None


def decode_head(line: bytes) -> Head | None:
    """As `decode`, but only what a writer has to know."""
    stated = stated_hash(line)
    if stated is None:
        return None
    try:
        record = _HEAD.decode(line)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return Head(record.number, record.lamport, stated)


def stated_hash(line: bytes) -> str | None:
    """The hash that the line says it has; None when it does not end as our lines do."""
    if len(line) <= _TAIL or len(line) > LARGEST or line[-2:] != b'"}' or not line.startswith(_HASH, len(line) - _TAIL):
        return None
    try:
        return line[-66:-2].decode("ascii")
    except UnicodeDecodeError:
        return None


def actual_hash(line: bytes) -> str:
    """The hash that the line should have."""
    return hashlib.sha256(line[:-_TAIL] + b"}").hexdigest()


def _fact(kind: str, data: msgspec.Raw) -> Fact:
    decoder = _FACTS.get(kind)
    if decoder is not None:
        try:
            fact = decoder.decode(data)
            return _in_utc(fact) if isinstance(fact, IncidentDeclared) else fact
        except msgspec.ValidationError:  # the same name, but another version's fields
            pass
    try:
        return UnknownFact(kind, MappingProxyType(_ANYTHING.decode(data)))
    except msgspec.ValidationError:
        return UnknownFact(kind, MappingProxyType({"data": msgspec.json.decode(data)}))


def _in_utc(fact: IncidentDeclared) -> IncidentDeclared:
    if fact.began_at is None or fact.began_at.tzinfo is not None:
        return fact
    return replace(fact, began_at=fact.began_at.replace(tzinfo=UTC))


def _json(data: Any) -> bytes:
    try:
        return msgspec.json.encode(data)
    except UnicodeEncodeError:  # half a character, such as a file name that is not UTF-8
        return msgspec.json.encode(_all_encodable(msgspec.to_builtins(data)))


def _all_encodable(value: Any) -> Any:
    match value:
        case str():
            return _encodable(value)
        case dict():
            return {_encodable(str(name)): _all_encodable(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_all_encodable(inner) for inner in value]
    return value


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
