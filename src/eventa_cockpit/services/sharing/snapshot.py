"""The board as bytes: exact, versioned and bounded, so that another process can go on from it.

A file is believed whole or not at all; a feed in it whose kind or form is not ours is unknown, and costs no other feed
anything.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import msgspec

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.domain.board import Board, Failure, FailureKind, Feed
from eventa_cockpit.domain.values import value_type
from eventa_cockpit.errors import CockpitError
from eventa_cockpit.integrations.distrust import harmless
from eventa_cockpit.locale import _
from eventa_cockpit.services.polling import Known
from eventa_cockpit.services.sharing.forms import form_of

MAGIC = b"eventa-cockpit board 1\n"
"""The number is the version of everything around the values; each value's own form stands beside it."""
HEAD = struct.Struct(f">{len(MAGIC)}sQ16s")
LONGEST = 32_000_000
"""Bytes of a whole snapshot; ten thousand alerts take ten million."""
MOST_FEEDS = 200


class SnapshotError(CockpitError):
    """There is no snapshot that could be believed; says why."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All feeds as one poller knew them."""

    written_at: datetime
    known: Mapping[str, Known] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def board(self) -> Board:
        return Board(MappingProxyType({key: entry.feed for key, entry in self.known.items()}))


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    source: str
    vendor: str
    stale_after: timedelta
    at: datetime | None
    failure: Failure | None
    next_try: datetime | None
    barred_until: datetime | None
    form: str
    """Of the value, as its writer knew it; empty when there is no value."""
    value: bytes


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    written_at: datetime
    entries: list[msgspec.Raw]


class Encoder:
    """Writes snapshots one after another; a value that has not changed is not encoded again."""

    def __init__(self) -> None:
        self._msgpack = msgspec.msgpack.Encoder(enc_hook=_plain)
        self._encoded: dict[str, tuple[Any, bytes]] = {}

    def encode(self, known: Iterable[Known], now: datetime) -> bytes:
        """A value that cannot be written (a source outside the rules) is left out, and so is unknown to readers."""
        entries = [msgspec.Raw(self._msgpack.encode(self._entry(entry))) for entry in known]
        body = self._msgpack.encode(_Body(now, entries))
        if len(body) > LONGEST - HEAD.size:
            raise SnapshotError(_("The board is too large to share: over {limit:g} MB.").format(limit=LONGEST / 1e6))
        return HEAD.pack(MAGIC, len(body), _sum(body)) + body

    def _entry(self, known: Known) -> _Entry:
        feed = known.feed
        value = self._value(feed)
        kind: Any = type(feed.value)
        return _Entry(
            feed.source,
            feed.vendor,
            feed.stale_after,
            feed.at,
            feed.failure,
            feed.next_try,
            known.barred_until,
            form_of(kind) if value else "",
            value,
        )

    def _value(self, feed: Feed[Any]) -> bytes:
        if feed.value is None or type(feed.value) is not value_type(feed.source):
            return b""
        before = self._encoded.get(feed.source)
        if before is not None and before[0] is feed.value:
            return before[1]
        try:
            data = self._msgpack.encode(feed.value)
        except (TypeError, ValueError, OverflowError, RecursionError):
            data = b""
        self._encoded[feed.source] = (feed.value, data)
        return data


class Decoder:
    """Reads snapshots one after another; a value that has not changed is the same object again."""

    def __init__(self) -> None:
        self._decoded: dict[str, tuple[str, bytes, Any]] = {}

    def decode(self, data: bytes) -> Snapshot:
        """Raises SnapshotError unless the bytes are a whole snapshot of this version."""
        body = _decoded(_whole(data), _Body)
        if len(body.entries) > MOST_FEEDS:
            raise SnapshotError(_("It holds more feeds than there can be."))
        known = [self._known(entry) for raw in body.entries if (entry := _entry_of(bytes(raw))) is not None]
        return Snapshot(harmless(body.written_at), MappingProxyType({entry.feed.source: entry for entry in known}))

    def _known(self, entry: _Entry) -> Known:
        feed: Feed[Any] = Feed(
            clean_line(entry.source),
            max(entry.stale_after, timedelta()),
            at=_moment(entry.at),
            failure=_failure(entry.failure),
            next_try=_moment(entry.next_try),
            vendor=clean_line(entry.vendor),
        )
        if entry.value:
            value = self._value(entry)
            if value is None:
                sentence = _("Another version of the cockpit has written it.")
                feed = replace(feed, at=None, failure=Failure(FailureKind.MALFORMED, sentence, datetime.now(UTC)))
            feed = replace(feed, value=value)
        else:
            feed = replace(feed, at=None)
        return Known(feed, _moment(entry.barred_until))

    def _value(self, entry: _Entry) -> Any:
        """None when it is of a kind or form that we do not have."""
        before = self._decoded.get(entry.source)
        if before is not None and before[:2] == (entry.form, entry.value):
            return before[2]
        kind = value_type(entry.source)
        if kind is None or form_of(kind) != entry.form:
            return None
        try:
            value: Any = harmless(msgspec.msgpack.decode(entry.value, type=kind))
        except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError):
            return None
        self._decoded[entry.source] = (entry.form, entry.value, value)
        return value


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not a plain type")


def _sum(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=16).digest()


def _whole(data: bytes) -> bytes:
    if len(data) < HEAD.size:
        raise SnapshotError(_("It is cut short."))
    magic, length, digest = HEAD.unpack_from(data)
    if magic != MAGIC:
        raise SnapshotError(_("Another version of the cockpit has written it."))
    body = data[HEAD.size :]
    if length != len(body) or digest != _sum(body) or len(data) > LONGEST:
        raise SnapshotError(_("It is cut short."))
    return body


def _decoded(data: bytes, kind: type[Any]) -> Any:
    try:
        return msgspec.msgpack.decode(data, type=kind)
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError):
        raise SnapshotError(_("It is not what it should be.")) from None


def _entry_of(data: bytes) -> _Entry | None:
    """None for one whose feed cannot even be named."""
    try:
        entry: _Entry = _decoded(data, _Entry)
    except SnapshotError:
        return None
    return entry


def _moment(moment: datetime | None) -> datetime | None:
    return None if moment is None else harmless(moment)


def _failure(failure: Failure | None) -> Failure | None:
    if failure is None:
        return None
    return replace(failure, detail=clean_line(failure.detail), at=harmless(failure.at), tries=max(failure.tries, 1))
