"""The on-call feed: from the paging service, and from the calendar only while that gives no answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

from eventa_cockpit.domain.board import ON_CALL
from eventa_cockpit.domain.on_call import OnCall
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.integrations.fetching import within

FIRST_SHARE = 0.6
"""Share of the deadline that the authority of the first choice has when there is another one to ask."""


class Reader(Protocol):
    """Whatever knows who is on call."""

    async def read(self) -> OnCall:
        """Raises UpstreamError."""

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class OnCallSource:
    """Asks the authorities one after the other, until one answers."""

    authority: Reader
    fallback: Reader | None
    vendor: str
    every: timedelta
    deadline: timedelta
    key: str = ON_CALL

    async def read(self) -> OnCall:
        """Says why, when it is the fallback's answer. Raises what the authority said when neither answers."""
        if self.fallback is None:
            async with within(self.deadline):
                return await self.authority.read()
        try:
            async with within(self.deadline * FIRST_SHARE):
                return await self.authority.read()
        except UpstreamError as error:
            failure = error
        try:
            async with within(self.deadline * (1 - FIRST_SHARE)):
                return replace(await self.fallback.read(), because=str(failure))
        except UpstreamError:
            raise failure from None

    async def close(self) -> None:
        await self.authority.close()
        if self.fallback is not None:
            await self.fallback.close()
