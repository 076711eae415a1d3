"""Alertmanager's API v2: alerts, groups and silences (https://prometheus.io/docs/alerting/latest/alerts_api/)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from eventa_cockpit.simulator.apis.answers import json_answer, json_body, timestamp
from eventa_cockpit.simulator.clock import ClockReading
from eventa_cockpit.simulator.model.alerting import FiringAlert
from eventa_cockpit.simulator.simulation import Simulation
from eventa_cockpit.simulator.world import HISTORY_S, World

RECEIVER = "sre-oncall"
RESOLVE_AFTER = timedelta(minutes=5)
WATCHDOG_EVERY_S = 30.0
OPERATORS = {"=": (False, True), "!=": (False, False), "=~": (True, True), "!~": (True, False)}
"""Operator → (isRegex, isEqual)."""


@dataclass(frozen=True, slots=True)
class Matcher:
    name: str
    value: str
    is_regex: bool = False
    is_equal: bool = True

    def matches(self, labels: dict[str, str]) -> bool:
        found = labels.get(self.name, "")
        same = re.fullmatch(self.value, found) is not None if self.is_regex else found == self.value
        return same is self.is_equal

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "value": self.value, "isRegex": self.is_regex, "isEqual": self.is_equal}


@dataclass(frozen=True, slots=True)
class Silence:
    id: str
    matchers: tuple[Matcher, ...]
    starts_s: float
    ends_s: float
    updated_s: float
    created_by: str
    comment: str

    def state(self, now_s: float) -> str:
        if now_s >= self.ends_s:
            return "expired"
        return "active" if now_s >= self.starts_s else "pending"

    def to_json(self, reading: ClockReading) -> dict[str, Any]:
        return {
            "id": self.id,
            "status": {"state": self.state(reading.now_s)},
            "matchers": [matcher.to_json() for matcher in self.matchers],
            "startsAt": timestamp(reading.wall(self.starts_s)),
            "endsAt": timestamp(reading.wall(self.ends_s)),
            "updatedAt": timestamp(reading.wall(self.updated_s)),
            "createdBy": self.created_by,
            "comment": self.comment,
        }


class AlertmanagerApi:
    """One Alertmanager whose alerts are the world's."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._silences: dict[str, Silence] = {}

    def routes(self) -> list[Route]:
        return [
            Route("/-/ready", _ok),
            Route("/-/healthy", _ok),
            Route("/api/v2/status", self.status),
            Route("/api/v2/receivers", self.receivers),
            Route("/api/v2/alerts", self.alerts),
            Route("/api/v2/alerts/groups", self.groups),
            Route("/api/v2/silences", self.silences),
            Route("/api/v2/silences", self.set_silence, methods=["POST"]),
            Route("/api/v2/silence/{id}", self.silence),
            Route("/api/v2/silence/{id}", self.expire_silence, methods=["DELETE"]),
        ]

    async def status(self, _: Request) -> Response:
        with self._simulation.now() as (_world, reading):
            uptime = timestamp(reading.wall(-HISTORY_S))
        return json_answer(
            {
                "cluster": {"name": "", "status": "disabled", "peers": []},
                "versionInfo": {
                    "branch": "HEAD", "buildDate": "", "buildUser": "", "goVersion": "",
                    "revision": "", "version": "0.28.1",
                },
                "config": {"original": f"route:\n  receiver: {RECEIVER}\nreceivers:\n- name: {RECEIVER}\n"},
                "uptime": uptime,
            }
        )  # fmt: skip

    async def receivers(self, _: Request) -> Response:
        return json_answer([{"name": RECEIVER}])

    async def alerts(self, request: Request) -> Response:
        try:
            return json_answer(self._alerts(request))
        except ValueError as error:
            return json_answer(str(error), 400)

    async def groups(self, request: Request) -> Response:
        try:
            alerts = self._alerts(request)
        except ValueError as error:
            return json_answer(str(error), 400)
        names = sorted({alert["labels"]["alertname"] for alert in alerts})
        return json_answer(
            [
                {
                    "labels": {"alertname": name},
                    "receiver": {"name": RECEIVER},
                    "alerts": [alert for alert in alerts if alert["labels"]["alertname"] == name],
                }
                for name in names
            ]
        )

    async def silences(self, request: Request) -> Response:
        with self._simulation.now() as (_world, reading):
            found = [silence.to_json(reading) for silence in self._silences.values()]
        wanted = _matchers(request)
        return json_answer([silence for silence in found if _silence_matches(silence, wanted)])

    async def silence(self, request: Request) -> Response:
        silence = self._silences.get(request.path_params["id"])
        if silence is None:
            return Response(status_code=404)
        with self._simulation.now() as (_world, reading):
            return json_answer(silence.to_json(reading))

    async def set_silence(self, request: Request) -> Response:
        body = await json_body(request)
        try:
            silence = self._read_silence(body or {})
        except (KeyError, TypeError, ValueError, re.error) as error:
            return json_answer(f"bad silence: {error}", 400)
        if body and body.get("id") and body["id"] not in self._silences:
            return json_answer("silence not found", 404)
        self._silences[silence.id] = silence
        return json_answer({"silenceID": silence.id})

    async def expire_silence(self, request: Request) -> Response:
        silence = self._silences.get(request.path_params["id"])
        if silence is None:
            return Response(status_code=404)
        now_s = self._simulation.clock.now()
        self._silences[silence.id] = replace(silence, ends_s=min(silence.ends_s, now_s), updated_s=now_s)
        return Response()

    def _read_silence(self, body: dict[str, Any]) -> Silence:
        matchers = tuple(_matcher(entry) for entry in body["matchers"])
        clock = self._simulation.clock
        now_s = clock.now()
        starts_s = max(clock.simulated(datetime.fromisoformat(body["startsAt"])), now_s)
        ends_s = clock.simulated(datetime.fromisoformat(body["endsAt"]))
        if not matchers or ends_s <= starts_s:
            raise ValueError("at least one matcher and an end after the start are needed")
        new_id = str(uuid5(NAMESPACE_URL, f"silence/{len(self._silences)}/{now_s}"))
        return Silence(body.get("id") or new_id, matchers, starts_s, ends_s, now_s, body["createdBy"], body["comment"])

    def _alerts(self, request: Request) -> list[dict[str, Any]]:
        """All alerts that the request's query lets through; raises ValueError on a bad matcher."""
        wanted = _matchers(request)
        with self._simulation.now() as (world, reading):
            found = [_watchdog(world, reading)]
            found += [_alert(firing, world, reading) for firing in world.alerting.firing.values()]
            for alert in found:
                self._apply_silences(alert, reading.now_s)
        shows = {state: request.query_params.get(state, "true") != "false" for state in ("active", "silenced")}
        return [
            alert
            for alert in found
            if all(matcher.matches(alert["labels"]) for matcher in wanted)
            and shows["silenced" if alert["status"]["silencedBy"] else "active"]
        ]

    def _apply_silences(self, alert: dict[str, Any], now_s: float) -> None:
        silenced_by = [
            silence.id
            for silence in self._silences.values()
            if silence.state(now_s) == "active"
            and all(matcher.matches(alert["labels"]) for matcher in silence.matchers)
        ]
        alert["status"]["silencedBy"] = silenced_by
        alert["status"]["state"] = "suppressed" if silenced_by else "active"


def fingerprint(labels: dict[str, str]) -> str:
    """Prometheus' own fingerprint of a label set: 64-bit FNV-1a over sorted names and values, each ended by 0xFF."""
    digest = 0xCBF29CE484222325
    for name in sorted(labels):
        for byte in (*name.encode(), 0xFF, *labels[name].encode(), 0xFF):
            digest = ((digest ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{digest:016x}"


def _alert(firing: FiringAlert, world: World, reading: ClockReading) -> dict[str, Any]:
    rule = firing.rule
    labels = {
        "alertname": rule.name,
        "severity": rule.severity,
        "service": "eventa",
        "component": rule.component,
        "environment": "prod",
    }
    annotations = {
        "summary": firing.summary,
        "description": f"eventa (prod) の {rule.component}: 直近 1 分の平均がしきい値を超えています。",
        "runbook_url": f"https://github.com/eventa/docs/blob/main/runbook/{rule.component}.md",
    }
    updated_s = world.newest.at_s
    return _gettable(labels, annotations, firing.since_s, updated_s, reading)


def _watchdog(world: World, reading: ClockReading) -> dict[str, Any]:
    """The alert that always fires; its renewal shows that the whole way to here works."""
    labels = {"alertname": "Watchdog", "severity": "none", "service": "monitoring", "environment": "prod"}
    annotations = {"summary": "監視の経路が生きていることを示すアラートです"}
    updated_s = world.newest.at_s // WATCHDOG_EVERY_S * WATCHDOG_EVERY_S
    return _gettable(labels, annotations, -HISTORY_S, updated_s, reading)


def _gettable(
    labels: dict[str, str], annotations: dict[str, str], since_s: float, updated_s: float, reading: ClockReading
) -> dict[str, Any]:
    return {
        "annotations": annotations,
        "endsAt": timestamp(reading.wall(updated_s) + RESOLVE_AFTER),
        "fingerprint": fingerprint(labels),
        "receivers": [{"name": RECEIVER}],
        "startsAt": timestamp(reading.wall(since_s)),
        "status": {"inhibitedBy": [], "mutedBy": [], "silencedBy": [], "state": "active"},
        "updatedAt": timestamp(reading.wall(updated_s)),
        "generatorURL": f"https://prometheus.eventa.app/graph?g0.expr={labels['alertname']}&g0.tab=1",
        "labels": labels,
    }


def _matchers(request: Request) -> list[Matcher]:
    return [_parse_matcher(text) for text in request.query_params.getlist("filter")]


def _parse_matcher(text: str) -> Matcher:
    found = re.fullmatch(r'\s*([A-Za-z_][A-Za-z0-9_]*)\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|(.*?))\s*', text)
    if found is None:
        raise ValueError(f"bad matcher format: {text}")
    name, operator, quoted, bare = found.groups()
    is_regex, is_equal = OPERATORS[operator]
    value = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else bare
    return Matcher(name, value, is_regex, is_equal)


def _matcher(entry: dict[str, Any]) -> Matcher:
    matcher = Matcher(entry["name"], entry["value"], bool(entry["isRegex"]), bool(entry.get("isEqual", True)))
    if matcher.is_regex:
        re.compile(matcher.value)
    return matcher


def _silence_matches(silence: dict[str, Any], wanted: list[Matcher]) -> bool:
    labels = {matcher["name"]: matcher["value"] for matcher in silence["matchers"]}
    return all(matcher.matches(labels) for matcher in wanted)


async def _ok(_: Request) -> Response:
    return PlainTextResponse("OK")
