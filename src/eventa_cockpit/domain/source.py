"""A source: whatever can be read into one feed of the board."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol, TypeVar

T_co = TypeVar("T_co", covariant=True)


class Source(Protocol[T_co]):
    """One upstream's place on the board, and how to read it."""

    @property
    def key(self) -> str:
        """The feed that it fills: `alerts`."""

    @property
    def vendor(self) -> str:
        """Who answers, in the vendor's own spelling."""

    @property
    def every(self) -> timedelta:
        """Time between two reads while all is well."""

    @property
    def deadline(self) -> timedelta:
        """Longest time that one read may take, all its calls together."""

    async def read(self) -> T_co:
        """One answer; raises UpstreamError when there is none."""

    async def close(self) -> None:
        """Lets go of connections; the next read may open them again."""
