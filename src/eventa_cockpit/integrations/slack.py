"""Slack: one message at a time, through a bot's token or an incoming webhook.

API: https://docs.slack.dev/reference/methods/chat.postMessage, https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks.
A status of 200 with `"ok": false` is a refusal; a webhook gives no `ts`, so what it sent has no threads.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import msgspec

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.errors import SecretError, UpstreamError
from eventa_cockpit.integrations.fetching import Fetcher
from eventa_cockpit.locale import _

LONGEST = 12_000
"""Characters that are sent; Slack cuts at 40,000 and asks for less than 4,000 where it can be had."""
ESCAPES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))
"""What Slack asks for in text: https://docs.slack.dev/messaging/formatting-message-text#escaping."""
KINDS = {
    "invalid_auth": FailureKind.UNAUTHORISED,
    "not_authed": FailureKind.UNAUTHORISED,
    "token_expired": FailureKind.UNAUTHORISED,
    "token_revoked": FailureKind.UNAUTHORISED,
    "account_inactive": FailureKind.UNAUTHORISED,
    "missing_scope": FailureKind.FORBIDDEN,
    "not_in_channel": FailureKind.FORBIDDEN,
    "channel_not_found": FailureKind.NOT_FOUND,
    "ratelimited": FailureKind.THROTTLED,
    "rate_limited": FailureKind.THROTTLED,
}


class PostAnswer(msgspec.Struct):
    ok: bool
    ts: str = ""
    error: str = ""


class SlackBot:
    """Posts as an app, with `chat:write`."""

    vendor = "Slack"
    has_threads = True

    def __init__(self, url: str, fetcher: Fetcher, deadline: timedelta) -> None:
        self._url = url.rstrip("/")
        self._fetcher = fetcher
        self._deadline = deadline

    async def send(self, channel: str, text: str, thread: str = "", mention: str = "") -> str:
        """Post once; returns the message's `ts`. Raises UpstreamError, or UncertainError when it may be out."""
        content = {"channel": channel, "text": worded(text, mention), "unfurl_links": False}
        if thread:
            content["thread_ts"] = thread
        answer = await self._fetcher.send("POST", f"{self._url}/chat.postMessage", content, deadline=self._deadline)
        return _reference(answer.body, channel)

    async def close(self) -> None:
        await self._fetcher.close()


class SlackWebhook:
    """Posts to the one channel for which the webhook was made."""

    vendor = "Slack"
    has_threads = False

    def __init__(self, url: Callable[[], str], fetcher: Fetcher, deadline: timedelta) -> None:
        """`url` gives the address, which is itself the secret; it may block."""
        self._url = url
        self._fetcher = fetcher
        self._deadline = deadline

    async def send(self, channel: str, text: str, thread: str = "", mention: str = "") -> str:  # noqa: ARG002 - one channel, no threads
        """Post once; returns nothing, since Slack does not say which message it became."""
        from eventa_cockpit.integrations.threads import in_thread

        try:
            url = await in_thread(self._url, "webhook")
        except SecretError as error:
            raise UpstreamError(FailureKind.CREDENTIALS, clean_line(str(error))) from None
        await self._fetcher.send(
            "POST", url, {"text": worded(text, mention)}, deadline=self._deadline, form="text/html"
        )
        return ""

    async def close(self) -> None:
        await self._fetcher.close()


def worded(text: str, mention: str = "") -> str:
    """What Slack gets: the configuration's mention as it is, and everything else without any meaning of its own."""
    return f"{mention} {escaped(text)}".strip()


def escaped(text: str) -> str:
    """No text of ours calls anybody by accident: `<!here>` from an alert's title is five harmless characters."""
    for character, entity in ESCAPES:
        text = text.replace(character, entity)
    return text[:LONGEST]


def _reference(body: bytes, channel: str) -> str:
    try:
        answer = msgspec.json.decode(body, type=PostAnswer)
    except msgspec.MsgspecError as error:
        raise UpstreamError(FailureKind.MALFORMED, clean_line(str(error))) from None
    if answer.ok:
        return clean_line(answer.ts)
    reason = clean_line(answer.error) or "?"
    sentence = _("Slack did not take the message for {channel}: {reason}.").format(channel=channel, reason=reason)
    raise UpstreamError(KINDS.get(answer.error, FailureKind.REFUSED), sentence)
