"""Each request that leaves us is one that the vendor's own API description knows.

Collected only where VENDOR_SPECS names a folder with the vendors' files; see docs/integrations.md.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from tests.contract.loopback import Loopback, Request, answer_json, by_path
from tests.contract.paging_answers import page
from tests.contract.test_pagerduty_telling import Paging
from tests.contract.vendors import alertmanager, healthy, on_call, pagerduty, pages, sentry
from werkzeug.datastructures import Headers, ImmutableMultiDict

from eventa_cockpit.config import EnvironmentConfig
from eventa_cockpit.integrations.telling import pager_of, pagerduty_events_of, pagerduty_of

FOLDER = Path(os.environ["VENDOR_SPECS"])


class Sent:
    """A request that reached the loopback, as openapi-core looks at one; `server` stands for the vendor's host."""

    def __init__(self, request: Request, server: str) -> None:
        self.host_url = server
        self.path = request.path
        self.method = request.method.lower()
        self.body = request.body or None
        self.content_type = request.headers.get("content-type", "")
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(request.query), header=Headers(request.headers), cookie=ImmutableMultiDict()
        )


class Description:
    """One vendor's OpenAPI 3 file."""

    def __init__(self, name: str, server: str) -> None:
        self._spec: dict[str, Any] = json.loads((FOLDER / name).read_text())
        # The files themselves have faults that a validator of descriptions would stop at.
        self._api = OpenAPI.from_dict(self._spec, config=Config(spec_validator_cls=None))
        self._server, self._base = server, urlsplit(self._spec["servers"][0]["url"]).path

    def wrongs(self, request: Request) -> Iterator[str]:
        """What the vendor would object to: openapi-core's finding, and parameters that are not declared at all."""
        try:
            self._api.validate_request(Sent(request, self._server))
        except OpenAPIError as error:
            yield f"{request.method} {request.target}: {error} ({error.__cause__})"
        declared = {each["name"] for each in self._operation(request) if each["in"] == "query"}
        yield from (f"{request.path}: {name} is not declared" for name, _value in request.query if name not in declared)

    def _operation(self, request: Request) -> list[dict[str, Any]]:
        for template, operations in self._spec["paths"].items():
            pattern = re.sub(r"\{[^}]+\}", "[^/]+", self._base + template)
            if re.fullmatch(pattern, request.path) and request.method.lower() in operations:
                common = operations.get("parameters", [])
                return [self._resolved(each) for each in common + operations[request.method.lower()]["parameters"]]
        return []

    def _resolved(self, entry: dict[str, Any]) -> dict[str, Any]:
        found: Any = entry
        while "$ref" in found:
            steps = found["$ref"].removeprefix("#/").split("/")
            found = self._spec
            for step in (each.replace("~1", "/").replace("~0", "~") for each in steps):
                found = found[int(step)] if isinstance(found, list) else found[step]
        return dict(found)


@cache
def pagerduty_description() -> Description:
    return Description("pd.json", "https://api.pagerduty.com")


@cache
def events_description() -> Description:
    return Description("pd-events.json", "https://events.pagerduty.com")


@cache
def sentry_description() -> Description:
    return Description("sentry.json", "https://us.sentry.io")


def objections(description: Description, upstream: Loopback) -> list[str]:
    assert upstream.requests
    return [wrong for request in upstream.requests for wrong in description.wrongs(request)]


@pytest.mark.parametrize("environment", [None, "prod"])
async def test_sentry_knows_our_requests(upstream: Loopback, environment: str | None) -> None:
    upstream.behaviour = healthy()
    await sentry(upstream.url, environment=environment).read()
    assert len(upstream.requests) == 5
    assert objections(sentry_description(), upstream) == []


@pytest.mark.parametrize("options", [{}, {"services": ["PSERVIC", "POTHER"]}])
async def test_pagerduty_knows_our_requests_for_pages(upstream: Loopback, options: dict[str, Any]) -> None:
    upstream.behaviour = healthy()
    await pages(upstream.url, **options).read()
    assert len(upstream.requests) == 4
    assert objections(pagerduty_description(), upstream) == []


@pytest.mark.parametrize("options", [{}, {"schedules": ["PLEVEL1"]}])
async def test_pagerduty_knows_our_requests_for_on_calls(upstream: Loopback, options: dict[str, Any]) -> None:
    upstream.behaviour = healthy()
    await on_call(upstream.url, **options).read()
    assert objections(pagerduty_description(), upstream) == []


async def test_pagerduty_knows_everything_that_we_write(upstream: Loopback) -> None:
    pager = pager_of(EnvironmentConfig(pagerduty=pagerduty(upstream.url, from_email="hanako@eventa.app")))
    assert pager is not None
    upstream.behaviour = by_path(
        PT4KHLK=answer_json({"incident": page()}),
        notes=answer_json({"notes": []}),
        snooze=answer_json({"incident": page()}, status=201),
        status_updates=answer_json({}),
    )
    await pager.acknowledge("PT4KHLK")
    await pager.resolve("PT4KHLK", "Stripe is back")
    await pager.escalate("PT4KHLK", 2, ["佐藤 花子"])
    await pager.add_note("PT4KHLK", "Stripe is down")
    await pager.snooze("PT4KHLK", timedelta(hours=1))
    await pager.update_status("PT4KHLK", "We know.")
    await pager.close()
    assert len([request for request in upstream.requests if request.method != "GET"]) == 6
    assert objections(pagerduty_description(), upstream) == []


async def test_pagerduty_knows_our_events(upstream: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROUTING_KEY", "e93facc04764012d7bfb002500d5d1a6")
    config = pagerduty(upstream.url, routing_key="env:ROUTING_KEY", events_url=upstream.url)
    events = pagerduty_events_of(EnvironmentConfig(pagerduty=config))
    assert events is not None
    upstream.behaviour = answer_json({}, status=202)
    await events.trigger("Payments fail", "key", component="payment")
    await events.acknowledge("key")
    await events.resolve("key")
    await events.tell_change("Maintenance mode on", {"step": "mitigate.2"})
    await events.close()
    assert objections(events_description(), upstream) == []


async def test_pagerduty_knows_our_escalation_and_its_note(upstream: Loopback) -> None:
    upstream.behaviour = Paging()
    config = EnvironmentConfig(pagerduty=pagerduty(upstream.url, from_email="hanako@eventa.example"))
    sender = pagerduty_of(config, lambda: "PT4KHLK")
    assert sender is not None
    await sender.send("2", "nobody answered")
    assert len(upstream.requests) == 4
    assert objections(pagerduty_description(), upstream) == []


def test_a_wrong_request_would_be_noticed() -> None:
    wrong = Request("GET", "/incidents?statuses[]=open&limits=3", {"accept": "x", "content-type": "text/plain"}, b"")
    assert len(list(pagerduty_description().wrongs(wrong))) == 2


# Alertmanager's description is Swagger 2, which openapi-core does not read.


def operation(spec: dict[str, Any], request: Request) -> dict[str, Any]:
    """The description of the operation that a request reaches."""
    base = spec.get("basePath", "").rstrip("/")
    for template, operations in spec["paths"].items():
        pattern = re.sub(r"\{[^}]+\}", "[^/]+", base + template)
        if re.fullmatch(pattern, request.path) and request.method.lower() in operations:
            found: dict[str, Any] = operations[request.method.lower()]
            return found
    raise AssertionError(f"the vendor knows no {request.method} {request.path}")


def wrong_parameters(spec: dict[str, Any], request: Request) -> Iterator[str]:
    declared = {each["name"]: each for each in operation(spec, request)["parameters"] if each.get("in") == "query"}
    sent = dict(request.query)
    yield from (f"{name} is missing" for name, each in declared.items() if each.get("required") and name not in sent)
    for name, value in request.query:
        if name not in declared:
            yield f"{name} is not declared"
        elif not fits(declared[name].get("schema", declared[name]), value):
            yield f"{name}={value} does not fit"


def fits(schema: dict[str, Any], value: str) -> bool:
    kind = schema.get("type")
    if kind == "array":
        return fits(schema["items"], value)
    patterns = {"integer": r"-?\d+", "boolean": "true|false", "number": r"-?\d+(\.\d+)?"}
    return re.fullmatch(patterns.get(str(kind), ".*"), value) is not None and value in schema.get("enum", [value])


@pytest.mark.parametrize("matchers", [[], ['service="eventa"', 'env=~"prod|stg"']])
async def test_alertmanager_knows_our_requests(upstream: Loopback, matchers: list[str]) -> None:
    spec = yaml.safe_load((FOLDER / "am.yaml").read_text())
    upstream.behaviour = healthy()
    await alertmanager(upstream.url, matchers=matchers).read()
    assert [wrong for request in upstream.requests for wrong in wrong_parameters(spec, request)] == []
