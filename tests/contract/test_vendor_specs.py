"""Each request that leaves us is one that the vendor's own API description knows.

Collected only where VENDOR_SPECS names a folder with `am.yaml` (Alertmanager's openapi.yaml) and `sentry.json`
(Sentry's openapi-derefed.json); see CONTRIBUTING.md.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.contract.loopback import Loopback, Request
from tests.contract.vendors import alertmanager, healthy, sentry

FOLDER = Path(os.environ["VENDOR_SPECS"])


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
        choices = schema["items"].get("anyOf", [schema["items"]])
        return any(fits(choice, value) for choice in choices)
    patterns = {"integer": r"-?\d+", "boolean": "true|false", "number": r"-?\d+(\.\d+)?"}
    is_of_kind = re.fullmatch(patterns.get(str(kind), ".*"), value) is not None
    is_moment = schema.get("format") != "date-time" or re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*", value)
    return is_of_kind and bool(is_moment) and value in schema.get("enum", [value])


@pytest.mark.parametrize("matchers", [[], ['service="eventa"', 'env=~"prod|stg"']])
async def test_alertmanager_knows_our_requests(upstream: Loopback, matchers: list[str]) -> None:
    spec = yaml.safe_load((FOLDER / "am.yaml").read_text())
    upstream.behaviour = healthy()
    await alertmanager(upstream.url, matchers=matchers).read()
    assert [wrong for request in upstream.requests for wrong in wrong_parameters(spec, request)] == []


@pytest.mark.parametrize("environment", [None, "prod"])
async def test_sentry_knows_our_requests(upstream: Loopback, environment: str | None) -> None:
    spec = json.loads((FOLDER / "sentry.json").read_text())
    upstream.behaviour = healthy()
    await sentry(upstream.url, environment=environment).read()
    assert len(upstream.requests) == 5
    assert [wrong for request in upstream.requests for wrong in wrong_parameters(spec, request)] == []
