"""Answering pages: on record first where there is an incident, then at the paging service, then how it went.

What cannot be recorded is not done. What was done and cannot be recorded any more is said to be so.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from eventa_cockpit.domain.page import Page
from eventa_cockpit.domain.page_action import PageAction, PageActionAsked, PageActionEnded, PageOutcome
from eventa_cockpit.errors import JournalError, UncertainError, UpstreamError
from eventa_cockpit.locale import _
from eventa_cockpit.services.leading import Leading
from eventa_cockpit.services.session import Session

Call = Callable[[], Awaitable[PageOutcome]]
ANSWERED = {PageOutcome.DONE, PageOutcome.ALREADY}


class Pager(Protocol):
    """The paging service, as far as it is written to. Everything raises UpstreamError for what was not done."""

    @property
    def vendor(self) -> str: ...
    async def acknowledge(self, page_id: str) -> PageOutcome: ...
    async def resolve(self, page_id: str, resolution: str = "") -> PageOutcome: ...
    async def escalate(self, page_id: str, level: int, assignees: Sequence[str]) -> PageOutcome: ...
    async def add_note(self, page_id: str, text: str) -> PageOutcome: ...
    async def snooze(self, page_id: str, lasts: timedelta) -> PageOutcome: ...
    async def update_status(self, page_id: str, message: str) -> PageOutcome: ...
    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of an answer to a page."""

    outcome: PageOutcome
    reason: str = ""
    """Why not, in one sentence."""


class Paging:
    """Everything that one responder can do to pages; intents raise JournalError when they could not be recorded."""

    def __init__(self, pager: Pager, session: Callable[[], Session | None]) -> None:
        """`session` gives the responder's session while there is an incident."""
        self._pager = pager
        self._session = session

    async def acknowledge(self, page: Page) -> Answered:
        """Say that somebody looks after it: PagerDuty's escalation and the clock of the unanswered alert stop."""
        answered = await self._act(PageAction.ACKNOWLEDGE, page, "", lambda: self._pager.acknowledge(page.id))
        session = self._open_session()
        if session is not None and answered.outcome in ANSWERED:
            await Leading(session).acknowledge(f"{self._pager.vendor} #{page.number}")
        return answered

    async def escalate(self, page: Page, level: int) -> Answered:
        """Wake the next level now. The page must still be whose it was when it was shown."""
        return await self._act(
            PageAction.ESCALATE, page, str(level), lambda: self._pager.escalate(page.id, level, page.assignees)
        )

    async def resolve(self, page: Page, resolution: str = "") -> Answered:
        return await self._act(PageAction.RESOLVE, page, resolution, lambda: self._pager.resolve(page.id, resolution))

    async def add_note(self, page: Page, text: str) -> Answered:
        return await self._act(PageAction.NOTE, page, text, lambda: self._pager.add_note(page.id, text))

    async def snooze(self, page: Page, lasts: timedelta) -> Answered:
        minutes = str(round(lasts.total_seconds() / 60))
        return await self._act(PageAction.SNOOZE, page, minutes, lambda: self._pager.snooze(page.id, lasts))

    async def update_status(self, page: Page, message: str) -> Answered:
        return await self._act(PageAction.STATUS, page, message, lambda: self._pager.update_status(page.id, message))

    def _open_session(self) -> Session | None:
        session = self._session()
        return session if session is not None and session.incident.is_open else None

    async def _act(self, action: PageAction, page: Page, detail: str, call: Call) -> Answered:
        session, name = self._open_session(), secrets.token_hex(8)
        if session is not None:
            asked = PageActionAsked(name, action, page.id, page.number, page.title, detail, self._pager.vendor)
            await session.record(asked, key=f"page/{name}")
        answered = await _outcome(call)
        await self._pager.close()  # writes are rare: no connection waits for the next one
        if session is not None:
            ended = PageActionEnded(name, action, page.id, page.number, answered.outcome, answered.reason)
            try:
                await session.record(ended, key=f"page/{name}/end")
            except JournalError as error:
                sentence = _("{vendor} was asked, but what came of it is not on record. {reason}")
                raise JournalError(sentence.format(vendor=self._pager.vendor, reason=error)) from error
        return answered


async def _outcome(call: Call) -> Answered:
    try:
        outcome = await call()
    except UncertainError as error:
        return Answered(PageOutcome.UNCERTAIN, str(error))
    except UpstreamError as error:
        return Answered(PageOutcome.FAILED, str(error))
    return Answered(outcome)
