"""What a responder does to a page in PagerDuty. The state is read first: what is so already is left alone.

Each write is made once. Where no answer came, the state tells whether it was done; where it cannot, nobody guesses.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.domain.page_action import PageOutcome
from eventa_cockpit.errors import HttpError, UncertainError, UpstreamError
from eventa_cockpit.integrations.fetching import Write, within
from eventa_cockpit.integrations.pagerduty import PagerDutyApi, path_of
from eventa_cockpit.integrations.pagerduty_pages import RawIncident
from eventa_cockpit.locale import _

ALREADY_RESOLVED = 1001
ALREADY_ACKNOWLEDGED = 1002
LONGEST_NOTE = 25_000
"""Characters; PagerDuty takes no longer ones."""


class RawNote(msgspec.Struct):
    content: str
    created_at: datetime | None = None


class PagerDutyPager:
    """Answers pages in one user's name."""

    vendor = "PagerDuty"

    def __init__(self, api: PagerDutyApi, sender: Callable[[], str], deadline: timedelta) -> None:
        """`sender` gives the e-mail of that user; it may raise UpstreamError."""
        self._api = api
        self._sender = sender
        self._deadline = deadline

    async def acknowledge(self, page_id: str) -> PageOutcome:
        """Stop PagerDuty's escalation: somebody looks after it."""
        return await self._to_status(page_id, "acknowledged")

    async def resolve(self, page_id: str, resolution: str = "") -> PageOutcome:
        """End it for everybody; `resolution` goes into its history."""
        return await self._to_status(page_id, "resolved", {"resolution": resolution} if resolution else {})

    async def escalate(self, page_id: str, level: int, assignees: Sequence[str]) -> PageOutcome:
        """Wake whoever is on call at `level`. With other `assignees` than those that were shown, it has moved on."""

        async def state() -> PageOutcome | None:
            return _moved(await self._incident(page_id), assignees)

        content = {"incident": {"type": "incident_reference", "escalation_level": level}}
        return await self._written(state, lambda: self._send("PUT", path_of(page_id), content))

    async def add_note(self, page_id: str, text: str) -> PageOutcome:
        """Write into the page's notes; the very same text is not written twice."""
        text = text[:LONGEST_NOTE]

        async def state() -> PageOutcome | None:
            notes = await self._api.unpaged(f"{path_of(page_id)}/notes", "notes", RawNote)
            return PageOutcome.ALREADY if any(note.content == text for note in notes) else None

        content = {"note": {"content": text}}
        return await self._written(state, lambda: self._send("POST", f"{path_of(page_id)}/notes", content))

    async def snooze(self, page_id: str, lasts: timedelta) -> PageOutcome:
        """Let it rest, acknowledged, for so long; then it is triggered again."""
        content = {"duration": round(lasts.total_seconds())}
        return await self._unless_over(page_id, lambda: self._send("POST", f"{path_of(page_id)}/snooze", content))

    async def update_status(self, page_id: str, message: str) -> PageOutcome:
        """Tell the page's subscribers."""
        path, content = f"{path_of(page_id)}/status_updates", {"message": message}
        return await self._unless_over(page_id, lambda: self._send("POST", path, content))

    async def close(self) -> None:
        await self._api.close()

    async def _to_status(self, page_id: str, wanted: str, more: dict[str, str] | None = None) -> PageOutcome:
        async def state() -> PageOutcome | None:
            status = (await self._incident(page_id)).status
            if status == wanted:
                return PageOutcome.ALREADY
            return PageOutcome.OVER if status == "resolved" else None

        content = {"incident": {"type": "incident_reference", "status": wanted, **(more or {})}}
        outcome = await self._written(state, lambda: self._send("PUT", path_of(page_id), content))
        # PagerDuty's refusal says that it is resolved, which may be just what was wanted.
        return PageOutcome.ALREADY if outcome is PageOutcome.OVER and wanted == "resolved" else outcome

    async def _unless_over(self, page_id: str, write: Callable[[], Awaitable[None]]) -> PageOutcome:
        """For writes whose effect no state shows: an uncertain one stays uncertain."""

        async def state() -> PageOutcome | None:
            return PageOutcome.OVER if (await self._incident(page_id)).status == "resolved" else None

        return await self._written(state, write, shows=False)

    async def _written(
        self,
        state: Callable[[], Awaitable[PageOutcome | None]],
        write: Callable[[], Awaitable[None]],
        *,
        shows: bool = True,
    ) -> PageOutcome:
        """`state` gives None while there is something to do, and ALREADY afterwards if it `shows` the effect."""
        async with within(self._deadline):
            before = await state()
        if before is not None:
            return before
        try:
            await write()
        except HttpError as error:
            refused = _refused_as(error)
            if refused is None:
                raise
            return refused
        except UncertainError:
            if not shows:
                raise
            return await self._seen_afterwards(state)
        return PageOutcome.DONE

    async def _seen_afterwards(self, state: Callable[[], Awaitable[PageOutcome | None]]) -> PageOutcome:
        """What became of a write that was not answered; UNCERTAIN when that cannot be seen either."""
        try:
            async with within(self._deadline):
                after = await state()
        except UpstreamError:
            return PageOutcome.UNCERTAIN
        return PageOutcome.DONE if after is PageOutcome.ALREADY else after or PageOutcome.UNCERTAIN

    async def _incident(self, page_id: str) -> RawIncident:
        return await self._api.one(path_of(page_id), "incident", RawIncident)

    async def _send(self, method: Write, path: str, content: object) -> None:
        await self._api.send(method, path, content, deadline=self._deadline, headers={"From": self._sender()})


def sender_of(place: str, variables: Callable[[str], str | None]) -> str:
    """The e-mail that writes are made with, itself or from the variable that `env:NAME` names.

    Raises UpstreamError(NOT_CONFIGURED) for what PagerDuty could not take.
    """
    name = place.removeprefix("env:")
    email = (variables(name) or "") if place.startswith("env:") else place
    if "@" in email and email.isascii() and email.isprintable() and " " not in email:
        return email
    if place.startswith("env:"):
        sentence = _("pagerduty.from_email: the variable {name} holds no e-mail address.").format(name=clean_line(name))
    else:
        sentence = _("pagerduty.from_email: write the e-mail of your PagerDuty account there to answer pages.")
    raise UpstreamError(FailureKind.NOT_CONFIGURED, sentence)


def _moved(raw: RawIncident, assignees: Sequence[str]) -> PageOutcome | None:
    if raw.status == "resolved":
        return PageOutcome.OVER
    now = {one.assignee.name for one in raw.assignments}
    return PageOutcome.ALREADY if now != set(assignees) else None


def _refused_as(error: HttpError) -> PageOutcome | None:
    """PagerDuty's refusals that mean that there is nothing to do any more."""
    complaint: Any = error.complaint
    found = complaint.get("error") if isinstance(complaint, dict) else None
    code = found.get("code") if isinstance(found, dict) else None
    return {ALREADY_RESOLVED: PageOutcome.OVER, ALREADY_ACKNOWLEDGED: PageOutcome.ALREADY}.get(code or 0)
