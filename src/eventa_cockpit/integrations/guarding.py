"""Bounds for the bodies that urllib3 reads for boto3 and kubernetes: so many bytes, until such a moment."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.integrations.answers import BODY_LIMIT, too_large
from eventa_cockpit.locale import _

CHUNK = 65_536


class RawResponse(Protocol):
    """The part of urllib3's response that is used."""

    def read1(self, amt: int | None = ..., decode_content: bool | None = ...) -> bytes: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class GuardedBody:
    """A body that ends in UpstreamError rather than in a full memory or a thread that never returns."""

    response: RawResponse
    place: str
    until: float
    """Moment of `time.monotonic()` after which no more is read."""
    limit: int = BODY_LIMIT

    def stream(self) -> Iterator[bytes]:
        """The bytes as they came over the wire, in pieces as they come: a full piece could be long in coming."""
        size = 0
        # Closing a body that was read to its end leaves its connection to the pool.
        with closing(self.response):
            while chunk := self.response.read1(CHUNK, decode_content=False):
                size += len(chunk)
                self._check(size)
                yield chunk

    def _check(self, size: int) -> None:
        if size > self.limit:
            raise too_large(self.place, self.limit)
        if time.monotonic() > self.until:
            sentence = _("{place} did not answer in time.").format(place=self.place)
            raise UpstreamError(FailureKind.TIMEOUT, sentence)

    def read_all(self) -> bytes:
        return b"".join(self.stream())


def moment_after(span: timedelta) -> float:
    """The moment of `time.monotonic()` that lies `span` ahead."""
    return time.monotonic() + span.total_seconds()
