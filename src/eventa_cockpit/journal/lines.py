"""One event as one line: a JSON object that ends with the SHA-256 of everything before it.

The hash is over the bytes as they stand, so that nobody has to write JSON in the same way twice to check it, and it
covers the hash of the line before, so that the lines are a chain.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Annotated, Any, Generic, TypeVar, get_args

import msgspec

from eventa_cockpit.cleaning import clean, clean_line
from eventa_cockpit.domain import event as facts
from eventa_cockpit.domain.event import Event, Fact, IncidentDeclared, UnknownFact
from eventa_cockpit.domain.evidence import EvidenceTaken
from eventa_cockpit.domain.obligation import ObligationOpened
from eventa_cockpit.domain.page_action import PageActionAsked, PageActionEnded
from eventa_cockpit.domain.response import StatusUpdated

VERSION = 1
LARGEST = 1 << 20
"""Bytes of the longest line that is read as an event."""

_HASH = b',"hash":"'
_DIGEST = 64 + 2
_TAIL = len(_HASH) + _DIGEST
"""Bytes of a line's last member, with the brace that ends the line."""

WORDS: dict[type[Fact], tuple[str, ...]] = {
    facts.IncidentDeclared: ("title", "environment", "service"),
    facts.IncidentClosed: ("reason",),
    facts.ResponderJoined: ("host",),
    facts.RunbookOpened: ("title",),
    facts.StepStarted: ("title", "reason"),
    facts.StepFinished: ("cancelled_by", "reason"),
    facts.StepSkipped: ("reason",),
    facts.StepDone: ("note",),
    facts.NoteAdded: ("text",),
    PageActionAsked: ("title", "detail", "vendor"),
    PageActionEnded: ("reason",),
    facts.UnknownFact: ("kind",),
}
"""What other people wrote for people to read. Commands, values and identifiers are not words: they stay what they are,
and whoever draws them shows what is odd about them."""

KINDS: dict[str, type[Fact]] = {kind.__name__: kind for kind in get_args(Fact) if kind is not UnknownFact}
T = TypeVar("T")
NOTHING_SEEN: MappingProxyType[str, str] = MappingProxyType({})


_Count = Annotated[int, msgspec.Meta(ge=1, le=1 << 53)]
"""Bounded, so that one foreign line cannot drive everybody's clock past what JSON can hold."""


class _Record(msgspec.Struct, Generic[T], frozen=True, gc=False, omit_defaults=True):
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
    monotonic: timedelta
    kind: str
    data: T
    key: str = ""
    seen: dict[str, str] = {}
    previous: str = ""
    hash: str = ""


_OF_KIND = {name.encode(): msgspec.json.Decoder(_Record[kind]) for name, kind in KINDS.items()}  # type: ignore[valid-type]
_OF_ANY = msgspec.json.Decoder(_Record[Any])
_KIND = b'"kind":"'


class Head(msgspec.Struct, frozen=True, gc=False):
    """What the next line of any journal has to know of this one."""

    number: _Count
    lamport: _Count
    hash: str


_HEAD = msgspec.json.Decoder(Head)


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
        event.monotonic,
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
    if line[-_TAIL:-_DIGEST] != _HASH or len(line) > LARGEST:
        return None
    try:
        record, fact = _record(line)
        name = record.name
        if b"\\" in line or b"\x7f" in line or not line.isascii():  # otherwise no character could do harm
            name, fact = clean_line(name), _with_clean_words(fact)
        return Event(
            record.incident,
            record.session,
            record.number,
            record.lamport,
            record.uid,
            name,
            record.at,
            record.boot,
            record.monotonic,
            fact,
            record.key,
            record.previous,
            MappingProxyType(record.seen) if record.seen else NOTHING_SEEN,
            record.hash,
        )
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _record(line: bytes) -> tuple[_Record[Any], Fact]:
    """The kind is looked up first, so that a fact is decoded in one go with its line: a third faster."""
    start = line.find(_KIND) + len(_KIND)
    decoder = _OF_KIND.get(line[start : line.find(b'"', start)])
    if decoder is not None:
        try:
            known = decoder.decode(line)
        except msgspec.ValidationError:  # another version's fields under the same name
            return _unknown(line)
        fact: Fact = known.data
        return known, _in_utc(fact) if type(fact) in _MOMENTS else fact
    return _unknown(line)


def _unknown(line: bytes) -> tuple[_Record[Any], Fact]:
    record = _OF_ANY.decode(line)
    data = record.data if isinstance(record.data, dict) else {"data": record.data}
    return record, UnknownFact(record.kind, MappingProxyType(data))


def _with_clean_words(fact: Any) -> Any:
    said = {name: getattr(fact, name) for name in WORDS.get(type(fact), ())}
    harmless = {name: clean(text) for name, text in said.items()}
    return replace(fact, **harmless) if harmless != said else fact


def decode_head(line: bytes) -> Head | None:
    """As `decode`, but only what a writer has to know."""
    if line[-_TAIL:-_DIGEST] != _HASH or len(line) > LARGEST:
        return None
    try:
        return _HEAD.decode(line)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def actual_hash(line: bytes) -> str:
    """The hash that the line should have."""
    return hashlib.sha256(line[:-_TAIL] + b"}").hexdigest()


_MOMENTS = MappingProxyType(
    {IncidentDeclared: "began_at", StatusUpdated: "next_due", ObligationOpened: "expires_at", EvidenceTaken: "stamps"}
)
"""Kinds that name a moment of their own, and where. A foreign line may name one without a zone."""


def _in_utc(fact: Fact) -> Fact:
    name = _MOMENTS[type(fact)]
    found: Any = getattr(fact, name)
    moments: Any = tuple(replace(stamp, at=_zoned(stamp.at)) for stamp in found) if name == "stamps" else _zoned(found)
    return fact if moments == found else replace(fact, **{name: moments})


def _zoned(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


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
