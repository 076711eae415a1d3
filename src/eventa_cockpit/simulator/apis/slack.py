"""Slack as far as a drill needs it: messages can be posted, and read again.

Shapes: https://docs.slack.dev/reference/methods/chat.postMessage, https://docs.slack.dev/reference/methods/conversations.history.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from eventa_cockpit.simulator.apis.answers import has_bearer, json_answer, json_body
from eventa_cockpit.simulator.simulation import Simulation

CHANNELS = ("#incidents", "#sre-oncall")
KEPT = 500
"""Messages of a channel that can be read again."""


class SlackApi:
    """Two channels and a bot that may write in both."""

    def __init__(self, simulation: Simulation, token: str) -> None:
        self._simulation = simulation
        self._token = token
        self._messages: dict[str, list[dict[str, Any]]] = {name: [] for name in CHANNELS}
        self._count = 0

    def routes(self) -> list[Route]:
        return [
            Route("/api/chat.postMessage", self.post, methods=["POST"]),
            Route("/api/conversations.history", self.history, methods=["GET"]),
            Route("/api/auth.test", self.test, methods=["GET", "POST"]),
        ]

    async def post(self, request: Request) -> Response:
        refusal = self._refusal(request)
        if refusal:
            return refusal
        body = await json_body(request) or {}
        channel, text = str(body.get("channel", "")), body.get("text")
        if channel not in self._messages:
            return _refused("channel_not_found")
        if not isinstance(text, str) or not text:
            return _refused("no_text")
        message = {"type": "message", "user": "U0COCKPIT", "text": text, "ts": self._stamp()}
        if body.get("thread_ts"):
            message["thread_ts"] = str(body["thread_ts"])
        self._messages[channel] = [*self._messages[channel], message][-KEPT:]
        return json_answer({"ok": True, "channel": channel, "ts": message["ts"], "message": message})

    async def history(self, request: Request) -> Response:
        refusal = self._refusal(request)
        if refusal:
            return refusal
        channel = request.query_params.get("channel", "")
        if channel not in self._messages:
            return _refused("channel_not_found")
        return json_answer({"ok": True, "messages": self._messages[channel][::-1], "has_more": False})

    async def test(self, request: Request) -> Response:
        return self._refusal(request) or json_answer({"ok": True, "team": "eventa", "user": "cockpit"})

    def _refusal(self, request: Request) -> Response | None:
        return None if has_bearer(request, self._token) else _refused("invalid_auth")

    def _stamp(self) -> str:
        """Seconds and a number, which together name the message within its channel."""
        self._count += 1
        with self._simulation.now() as (_world, reading):
            moment = reading.wall(reading.now_s)
        return f"{int(moment.timestamp())}.{self._count:06}"


def _refused(error: str) -> Response:
    return json_answer({"ok": False, "error": error})
