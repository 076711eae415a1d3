"""PagerDuty's REST API v2 and its Events API v2, as eventa uses them (https://developer.pagerduty.com)."""

from __future__ import annotations

import hmac
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from eventa_cockpit.simulator import sites
from eventa_cockpit.simulator.apis.answers import json_answer, json_body, seconds
from eventa_cockpit.simulator.clock import ClockReading
from eventa_cockpit.simulator.kube.cluster import BAD_RELEASE, FRONTEND
from eventa_cockpit.simulator.model.paging import SERVICE, LogLine, Paged, PagingError
from eventa_cockpit.simulator.model.roster import PEOPLE, Person, Turn, person_with, turns
from eventa_cockpit.simulator.simulation import Simulation
from eventa_cockpit.simulator.world import Fault, World

CALLS_A_MINUTE = 960
SITE = "https://eventa.pagerduty.com"
SCHEDULES = {1: (sites.PRIMARY_SCHEDULE, "events-primary"), 2: (sites.SECONDARY_SCHEDULE, "events-secondary")}
LONGEST_SNOOZE_S = 604_800

Handler = Callable[[Request], Awaitable[Response]]


class PagerDutyApi:
    """One account with one service, one policy and two schedules."""

    def __init__(self, simulation: Simulation, token: str, routing_key: str) -> None:
        self._simulation = simulation
        self._token = token
        self._routing_key = routing_key
        self._calls: deque[float] = deque()

    def routes(self) -> list[Route]:
        guarded: list[tuple[str, Handler, str]] = [
            ("/incidents", self.incidents, "GET"),
            ("/incidents", self.change_many, "PUT"),
            ("/incidents/{id}", self.incident, "GET"),
            ("/incidents/{id}", self.change, "PUT"),
            ("/incidents/{id}/notes", self.notes, "GET"),
            ("/incidents/{id}/notes", self.add_note, "POST"),
            ("/incidents/{id}/log_entries", self.log_entries, "GET"),
            ("/incidents/{id}/snooze", self.snooze, "POST"),
            ("/incidents/{id}/status_updates", self.status_update, "POST"),
            ("/incidents/{id}/related_change_events", self.change_events, "GET"),
            ("/oncalls", self.oncalls, "GET"),
        ]
        return [
            *(Route(path, self._guarded(handler), methods=[method]) for path, handler, method in guarded),
            Route("/v2/enqueue", self.enqueue, methods=["POST"]),
            Route("/v2/change/enqueue", self.enqueue_change, methods=["POST"]),
        ]

    # Reads

    async def incidents(self, request: Request) -> Response:
        wanted = request.query_params.getlist("statuses[]")
        services = request.query_params.getlist("service_ids[]")
        with self._simulation.now() as (world, reading):
            found = [
                _incident(one, reading)
                for one in reversed(world.paging.incidents.values())
                if (not wanted or one.status in wanted) and (not services or sites.PAGER_SERVICE in services)
            ]
        return _listed(request, "incidents", found)

    async def incident(self, request: Request) -> Response:
        with self._simulation.now() as (world, reading):
            return json_answer({"incident": _incident(_asked(world, request), reading)})

    async def notes(self, request: Request) -> Response:
        with self._simulation.now() as (world, reading):
            found = [_note(*note, reading) for note in _asked(world, request).notes]
        return json_answer({"notes": found})

    async def log_entries(self, request: Request) -> Response:
        with self._simulation.now() as (world, reading):
            found = [_log_entry(entry, reading) for entry in reversed(_asked(world, request).log)]
        return _listed(request, "log_entries", found)

    async def change_events(self, request: Request) -> Response:
        with self._simulation.now() as (world, reading):
            _asked(world, request)
            found = [_change_event(number, *told, reading) for number, told in enumerate(_changes(world))]
        return json_answer({"change_events": found, "limit": None, "offset": None, "total": None, "more": False})

    async def oncalls(self, request: Request) -> Response:
        asked = request.query_params
        with self._simulation.now() as (_world, reading):
            now = reading.now_wall
        since, until = (datetime.fromisoformat(asked[name]) if name in asked else now for name in ("since", "until"))
        schedules, policies = asked.getlist("schedule_ids[]"), asked.getlist("escalation_policy_ids[]")
        found = [
            turn
            for turn in turns(since, until)
            if (not schedules or SCHEDULES[turn.level][0] in schedules)
            and (not policies or sites.PAGER_POLICY in policies)
        ]
        if asked.get("earliest") == "true":
            found = list({(turn.level, turn.person): turn for turn in reversed(found)}.values())[::-1]
        return _listed(request, "oncalls", [_on_call(turn) for turn in found])

    # Writes

    async def change(self, request: Request) -> Response:
        content = (await _content(request)).get("incident") or {}
        return json_answer({"incident": self._changed(_from(request), request.path_params["id"], content)})

    async def change_many(self, request: Request) -> Response:
        wanted = (await _content(request)).get("incidents") or []
        who = _from(request)
        return json_answer({"incidents": [self._changed(who, str(entry.get("id")), entry) for entry in wanted]})

    async def add_note(self, request: Request) -> Response:
        text = str(((await _content(request)).get("note") or {}).get("content", ""))
        who = _from(request)
        if not text:
            raise PagingError(400, 2001, "Invalid Input Provided", "Content cannot be empty.")
        with self._simulation.now() as (world, reading):
            world.paging.note(_asked(world, request), who, text, reading.now_s)
            return json_answer({"note": _note(who, reading.now_s, text, reading)})

    async def snooze(self, request: Request) -> Response:
        lasts_s, who = (await _content(request)).get("duration"), _from(request)
        if not isinstance(lasts_s, int) or not 1 <= lasts_s <= LONGEST_SNOOZE_S:
            raise PagingError(400, 2001, "Invalid Input Provided", "Duration is not valid.")
        with self._simulation.now() as (world, reading):
            incident = _asked(world, request)
            world.paging.snooze(incident, who, lasts_s, reading.now_s)
            return json_answer({"incident": _incident(incident, reading)}, 201)

    async def status_update(self, request: Request) -> Response:
        message, who = str((await _content(request)).get("message", "")), _from(request)
        if not message:
            raise PagingError(400, 2001, "Invalid Input Provided", "Message cannot be empty.")
        with self._simulation.now() as (world, reading):
            incident = _asked(world, request)
            incident.log.append(LogLine(reading.now_s, "status_update", who.id, message))
            update = {"id": f"PU{len(incident.log)}", "message": message, "sender": _person(who)}
            return json_answer({"status_update": {**update, "created_at": seconds(reading.now_wall)}})

    # Events API v2

    async def enqueue(self, request: Request) -> Response:
        content = await json_body(request) or {}
        action, key = content.get("event_action"), str(content.get("dedup_key") or "")
        summary = str((content.get("payload") or {}).get("summary") or "")
        errors = [
            *([] if action in {"trigger", "acknowledge", "resolve"} else ["'event_action' is missing or blank"]),
            *(["'payload.summary' is missing or blank"] if action == "trigger" and not summary else []),
            *(["'dedup_key' is missing or blank"] if action in {"acknowledge", "resolve"} and not key else []),
        ]
        if errors or not self._knows(content):
            return _invalid_event(errors or ["Invalid routing key"])
        with self._simulation.now() as (world, reading):
            self._take_event(world, reading.now_s, str(action), key or f"event/{reading.now_s}", summary)
        return json_answer({"status": "success", "message": "Event processed", "dedup_key": key}, 202)

    async def enqueue_change(self, request: Request) -> Response:
        content = await json_body(request) or {}
        payload = content.get("payload") or {}
        if not payload.get("summary") or not self._knows(content):
            return _invalid_event(["'payload.summary' is missing or blank"] if self._knows(content) else ["Bad key"])
        with self._simulation.now() as (world, reading):
            source = str(payload.get("source") or "")
            world.paging.changes.append((reading.now_s, str(payload["summary"]), source))
        return json_answer({"status": "success", "message": "Change event processed"}, 202)

    def _take_event(self, world: World, now_s: float, action: str, key: str, summary: str) -> None:
        """What is told of an alert that nobody has open is accepted and changes nothing, as at PagerDuty."""
        if action == "trigger":
            world.paging.trigger(summary, key, now_s)
            return
        incident = world.paging.of_key(key)
        if incident is not None and action == "resolve":
            world.paging.resolve(incident, PEOPLE[0], now_s)
        elif incident is not None and not incident.acknowledged:
            world.paging.acknowledge(incident, PEOPLE[0], now_s)

    def _knows(self, content: dict[str, Any]) -> bool:
        return hmac.compare_digest(str(content.get("routing_key") or ""), self._routing_key)

    # How calls are let in

    def _guarded(self, handler: Handler) -> Handler:
        async def guarded(request: Request) -> Response:
            limits = self._limits()
            if int(limits["ratelimit-remaining"]) < 0:
                answer = _refusal(PagingError(429, 2020, "Rate Limit Exceeded"))
                answer.headers.update({**limits, "ratelimit-remaining": "0"})
                return answer
            try:
                self._check_key(request)
                answer = await handler(request)
            except PagingError as error:
                answer = _refusal(error)
            answer.headers.update(limits)
            return answer

        return guarded

    def _limits(self) -> dict[str, str]:
        now = time.monotonic()
        self._calls.append(now)
        while self._calls[0] < now - 60:
            self._calls.popleft()
        left = CALLS_A_MINUTE - len(self._calls)
        reset = max(int(60 - (now - self._calls[0])), 1)
        return {
            "ratelimit-limit": str(CALLS_A_MINUTE),
            "ratelimit-remaining": str(left),
            "ratelimit-reset": str(reset),
        }

    def _check_key(self, request: Request) -> None:
        expected = f"Token token={self._token}"
        if not hmac.compare_digest(request.headers.get("authorization", "").encode(), expected.encode()):
            raise PagingError(401, 2006, "Authentication failed")

    def _changed(self, who: Person, incident_id: str, content: dict[str, Any]) -> dict[str, Any]:
        with self._simulation.now() as (world, reading):
            paging, incident, now_s = world.paging, world.paging.incident(incident_id), reading.now_s
            level, status = content.get("escalation_level"), content.get("status")
            if isinstance(level, int):
                paging.escalate(incident, who, level, now_s)
            elif status == "acknowledged":
                paging.acknowledge(incident, who, now_s)
            elif status == "resolved":
                paging.resolve(incident, who, now_s)
            else:
                raise PagingError(400, 2001, "Invalid Input Provided", "Nothing to change.")
            return _incident(incident, reading)


def _from(request: Request) -> Person:
    """Who writes; refused as PagerDuty refuses what has no user."""
    email = request.headers.get("from", "")
    if not email:
        raise PagingError(400, 2001, "Invalid Input Provided", "From header is required.")
    who = person_with(email)
    if who is None:
        raise PagingError(403, 2010, "Access Denied")
    return who


async def _content(request: Request) -> dict[str, Any]:
    content = await json_body(request)
    if content is None:
        raise PagingError(400, 2001, "Invalid Input Provided", "The body is not a JSON object.")
    return content


def _asked(world: World, request: Request) -> Paged:
    return world.paging.incident(request.path_params["id"])


def _refusal(error: PagingError) -> Response:
    details = {"errors": list(error.details)} if error.details else {}
    return json_answer({"error": {"message": str(error), "code": error.code, **details}}, error.status)


def _invalid_event(errors: list[str]) -> Response:
    return json_answer({"status": "invalid event", "message": "Event object is invalid", "errors": errors}, 400)


def _listed(request: Request, name: str, found: list[dict[str, Any]]) -> Response:
    limit = min(max(int(request.query_params.get("limit", 25)), 1), 100)
    offset = max(int(request.query_params.get("offset", 0)), 0)
    part = found[offset : offset + limit]
    more = offset + limit < len(found)
    return json_answer({name: part, "limit": limit, "offset": offset, "more": more, "total": None})


def _reference(kind: str, identifier: str, summary: str) -> dict[str, Any]:
    page = f"{SITE}/{kind}s/{identifier}"
    return {"id": identifier, "type": f"{kind}_reference", "summary": summary, "self": None, "html_url": page}


def _person(who: Person) -> dict[str, Any]:
    return _reference("user", who.id, who.name)


def _agent(identifier: str) -> dict[str, Any]:
    known = next((person for person in PEOPLE if person.id == identifier), None)
    return _person(known) if known else _reference("service", sites.PAGER_SERVICE, SERVICE)


def _incident(one: Paged, reading: ClockReading) -> dict[str, Any]:
    def told(at_s: float) -> str:
        return seconds(reading.wall(at_s))

    assigned = [{"at": told(one.level_since_s), "assignee": _person(one.assignee)}] if one.assignee else []
    return {
        "id": one.id,
        "type": "incident",
        "summary": f"[#{one.number}] {one.title}",
        "self": f"https://api.pagerduty.com/incidents/{one.id}",
        "html_url": f"{SITE}/incidents/{one.id}",
        "incident_number": one.number,
        "incident_key": one.key,
        "title": one.title,
        "created_at": told(one.opened_s),
        "updated_at": told(one.log[-1].at_s),
        "status": one.status,
        "urgency": "high",
        "service": _reference("service", sites.PAGER_SERVICE, SERVICE),
        "escalation_policy": _reference("escalation_policy", sites.PAGER_POLICY, "eventa"),
        "assignments": assigned,
        "assigned_via": "escalation_policy",
        "acknowledgements": [{"at": told(at_s), "acknowledger": _person(who)} for who, at_s in one.acknowledged],
        "pending_actions": [{"type": kind, "at": told(at_s)} for kind, at_s in one.pending()],
        "last_status_change_at": told(one.log[-1].at_s),
        "teams": [],
    }


def _log_entry(entry: LogLine, reading: ClockReading) -> dict[str, Any]:
    return {
        "id": f"R{abs(hash(entry)):x}"[:14].upper(),
        "type": f"{entry.kind}_log_entry",
        "summary": entry.text,
        "created_at": seconds(reading.wall(entry.at_s)),
        "agent": _agent(entry.by),
        "channel": {"type": "auto" if entry.by == SERVICE else "website"},
    }


def _note(who: Person, at_s: float, text: str, reading: ClockReading) -> dict[str, Any]:
    channel = {"summary": "The PagerDuty website or APIs"}
    return {"user": _person(who), "channel": channel, "content": text, "created_at": seconds(reading.wall(at_s))}


def _changes(world: World) -> Iterable[tuple[float, str, str]]:
    """What the delivery pipeline and others told PagerDuty, newest first."""
    found = list(world.paging.changes)
    if Fault.FRONTEND in world.faults:
        found.append((world.faults[Fault.FRONTEND], f"Deploy {FRONTEND} {BAD_RELEASE}", "github-actions"))
    return sorted(found, reverse=True)


def _change_event(number: int, at_s: float, summary: str, source: str, reading: ClockReading) -> dict[str, Any]:
    return {
        "id": f"01DRILL{number:04}",
        "type": "change_event",
        "summary": summary,
        "timestamp": seconds(reading.wall(at_s)),
        "source": source,
        "services": [_reference("service", sites.PAGER_SERVICE, SERVICE)],
        "links": [],
    }


def _on_call(turn: Turn) -> dict[str, Any]:
    return {
        "user": _person(turn.person),
        "schedule": _reference("schedule", *SCHEDULES[turn.level]),
        "escalation_policy": _reference("escalation_policy", sites.PAGER_POLICY, "eventa"),
        "escalation_level": turn.level,
        "start": seconds(turn.start),
        "end": seconds(turn.end),
    }
