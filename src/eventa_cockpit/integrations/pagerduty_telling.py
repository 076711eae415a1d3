"""PagerDuty as a way to people: the open page is escalated to a level, and says why in a note.

API: https://developer.pagerduty.com/api-reference/ (`PUT /incidents/{id}` with `escalation_level`,
`POST /incidents/{id}/notes`). A page is read before it is escalated: who is at the level already is not called twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.domain.page import Page, PageStatus
from eventa_cockpit.errors import SecretError, UncertainError, UpstreamError
from eventa_cockpit.integrations.pagerduty import HEADERS, PagerDutyApi, path_of, repeated
from eventa_cockpit.integrations.pagerduty_pages import MOST_PAGES, RawIncident, RawLevel, level_of, page_of
from eventa_cockpit.integrations.threads import in_thread
from eventa_cockpit.locale import _

LONGEST_NOTE = 20_000
"""Characters of a note; PagerDuty takes 25,000."""


@dataclass(slots=True)
class PagerDutyEscalation:
    """Escalates the page of one incident."""

    api: PagerDutyApi
    from_email: Callable[[], str]
    """Whose word it is; may block, and raise SecretError."""
    page_id: Callable[[], str]
    """Of the incident's open page; raises UpstreamError when it cannot be told."""
    deadline: timedelta
    has_threads: bool = False
    vendor: str = "PagerDuty"

    async def send(self, channel: str, text: str, thread: str = "", mention: str = "") -> str:  # noqa: ARG002 - no threads
        """Escalate to the level that `channel` names, and note the text; returns the page's id.

        Raises UncertainError when the note may be there already. An escalation whose outcome nobody saw is looked at
        again instead, since a level can be asked for twice.
        """
        level = _level(channel)
        page = self.page_id()
        author = await self._author()
        if not await self._is_there(page, level):
            await self._escalate(page, level, author)
        note = {"note": {"content": text[:LONGEST_NOTE]}}
        await self.api.send("POST", f"{path_of(page)}/notes", note, deadline=self.deadline, headers=author)
        return page

    async def close(self) -> None:
        await self.api.close()

    async def _escalate(self, page: str, level: int, author: dict[str, str]) -> None:
        content = {"incident": {"type": "incident", "escalation_level": level}}
        try:
            await self.api.send("PUT", path_of(page), content, deadline=self.deadline, headers=author)
        except UncertainError as error:
            if not await self._is_there(page, level):
                raise UpstreamError(error.kind, str(error), error.retry_after) from error

    async def _is_there(self, page: str, level: int) -> bool:
        """Its people at that level, or above it, are called already. Raises UpstreamError for a page that is over."""
        raw = await self.api.one(path_of(page), "incident", RawIncident)
        found = page_of(raw, datetime.now(UTC))
        if found.status is PageStatus.RESOLVED:
            raise _refused(_("PagerDuty's page #{number} is resolved.").format(number=found.number))
        if not found.policy_id:
            return False
        policies = repeated("escalation_policy_ids", [found.policy_id])
        levels, _more = await self.api.listed("/oncalls", "oncalls", RawLevel, policies, pages=MOST_PAGES)
        reached = level_of(raw, levels)
        return reached is not None and reached >= level

    async def _author(self) -> dict[str, str]:
        try:
            email = await in_thread(self.from_email, "pagerduty")
        except SecretError as error:
            raise UpstreamError(FailureKind.CREDENTIALS, clean_line(str(error))) from None
        if not email:
            raise _refused(_("PagerDuty wants to know in whose name: say it in pagerduty.from_email."))
        return {**HEADERS, "From": email}


def page_for(title: str, alert: str, pages: Sequence[Page]) -> str:
    """Id of the open page that belongs to an incident: the one that is called like it, else the only one.

    Raises UpstreamError when nobody knows: a wrong page would wake the wrong people.
    """
    waiting = [page for page in pages if page.status is not PageStatus.RESOLVED]
    alike = [page for page in waiting if page.title in {title, alert} or (alert and alert in page.title)]
    found = alike if len(alike) == 1 else waiting
    if len(found) != 1:
        raise _refused(
            _("PagerDuty has several open pages, and none is called like this incident.")
            if waiting
            else _("PagerDuty has no open page to escalate.")
        )
    return found[0].id


def _level(channel: str) -> int:
    if not (channel.isascii() and channel.isdecimal() and int(channel)):
        raise _refused(_('"{level}" is no escalation level: 1, 2, 3 ….').format(level=channel))
    return int(channel)


def _refused(sentence: str) -> UpstreamError:
    return UpstreamError(FailureKind.REFUSED, sentence)
