"""Prometheus' HTTP API: one query at one moment or over a range, as series of finite numbers.

API: https://prometheus.io/docs/prometheus/latest/querying/api/. Through Grafana the same calls go to
`/api/datasources/proxy/uid/<uid>` (https://grafana.com/docs/grafana/latest/developers/http_api/data_source/).
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import msgspec

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.domain.reading import Point
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.integrations.decoding import decoded, elements, malformed, strictly
from eventa_cockpit.integrations.fetching import Fetcher, Parameters
from eventa_cockpit.locale import _

if TYPE_CHECKING:
    import promql_parser

MOST_POINTS = 11_000
"""A series of one range query; Prometheus refuses more."""
AT_ONCE = 8
"""Queries that one read has in flight, so that a screen never takes all of a server's slots (20 by default)."""


@dataclass(frozen=True, slots=True)
class Series:
    """One series of a result; what is no finite number is left out of its points."""

    labels: Mapping[str, str]
    """Cleaned."""
    points: tuple[Point, ...] = ()
    """Oldest first."""
    oddity: str = ""
    """What its newest value is when it is no finite number: `NaN`, `+Inf`, `histogram`."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a query gives."""

    series: tuple[Series, ...] = ()
    warnings: tuple[str, ...] = ()


class Data(msgspec.Struct, rename="camel"):
    result_type: Literal["vector", "matrix", "scalar", "string"]
    result: msgspec.Raw


class Envelope(msgspec.Struct, rename="camel"):
    status: Literal["success", "error"]
    data: Data | None = None
    error: str = ""
    warnings: list[str] = []


class Element(msgspec.Struct):
    """An element of a vector or a matrix; native histograms come under names of their own."""

    metric: dict[str, str]
    value: tuple[float, str] | None = None
    values: list[tuple[float, str]] = []


class PrometheusApi:
    """One Prometheus, asked through `fetcher`. The caller opens the deadline."""

    def __init__(self, url: str, fetcher: Fetcher, *, datasource: str | None = None) -> None:
        base = url.rstrip("/")
        self._base = f"{base}/api/datasources/proxy/uid/{datasource}" if datasource else base
        self._fetcher = fetcher
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def instant(self, query: str, patience: timedelta) -> Result:
        """The query's value at the server's own present; `patience` is how long the server may evaluate."""
        return await self._ask("query", [("query", query)], patience)

    async def range(self, query: str, start: datetime, end: datetime, step: timedelta, patience: timedelta) -> Result:
        """The query's value at each step from `start` to `end`; raises ValueError for more points than are given."""
        if (end - start) / step > MOST_POINTS - 1:
            raise ValueError(f"more than {MOST_POINTS} points: {start} to {end} by {step}")
        parameters = [
            ("query", query),
            ("start", f"{start.timestamp():.3f}"),
            ("end", f"{end.timestamp():.3f}"),
            ("step", f"{step.total_seconds():g}"),
        ]
        return await self._ask("query_range", parameters, patience)

    async def close(self) -> None:
        await self._fetcher.close()

    async def _ask(self, call: str, parameters: Parameters, patience: timedelta) -> Result:
        # Prometheus takes no fraction before a unit: "8.0s" is refused.
        limit = ("timeout", f"{max(round(patience.total_seconds() * 1000), 100)}ms")
        async with self._slots:
            answer = await self._fetcher.get(f"{self._base}/api/v1/{call}", [*parameters, limit])
        return await decoded(answer.body, result_of)


def result_of(body: bytes) -> Result:
    """The answer in our words; raises UpstreamError when it is an error or no number."""
    answer = strictly(body, Envelope)
    if answer.status == "error":
        sentence = _("Prometheus says: {error}.").format(error=clean_line(answer.error).rstrip(".")[:300])
        raise UpstreamError(FailureKind.REFUSED, sentence)
    if answer.data is None:
        raise malformed(_("it holds no data"), "data")
    warnings = tuple(clean_line(text)[:300] for text in answer.warnings)
    return Result(_series(answer.data), warnings)


def _series(data: Data) -> tuple[Series, ...]:
    if data.result_type == "string":
        raise UpstreamError(FailureKind.REFUSED, _("The query gives a text, not a number."))
    body = bytes(data.result)
    if data.result_type == "scalar":
        return (_one(Element({}, strictly(body, tuple[float, str]))),)
    raws = strictly(body, list[msgspec.Raw])
    return tuple(_one(element) for element in elements(raws, Element, "data.result"))


def _one(element: Element) -> Series:
    values = element.values if element.value is None else [element.value]
    labels = {clean_line(name): clean_line(value) for name, value in element.metric.items()}
    numbers = [(at, _number(text)) for at, text in values]
    points = tuple(Point(_moment(at), number) for at, number in numbers if math.isfinite(number))
    return Series(MappingProxyType(labels), points, _oddity(values))


def _oddity(values: Sequence[tuple[float, str]]) -> str:
    if not values:
        return "histogram"
    newest = values[-1][1]
    return "" if math.isfinite(_number(newest)) else clean_line(newest)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise malformed(_('"{count}" is not a number').format(count=clean_line(text)[:40]), "value") from None


def _moment(seconds: float) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        raise malformed(_("{number} is no moment").format(number=seconds), "value") from None


@dataclass(frozen=True, slots=True)
class Selection:
    """What a query reads."""

    selectors: tuple[str, ...] = ()
    """Each as a query of its own, without offset and range."""
    window: timedelta = timedelta()
    """Longest range that it counts over."""


@cache
def selection_of(query: str) -> Selection:
    """Nothing for a query that reads no series, asks for the absence of one, or is newer than our parser.

    The first call imports the parser.
    """
    import promql_parser

    try:
        expression = promql_parser.parse(query)
    except ValueError:
        return Selection()
    nodes: list[promql_parser.Expr] = []
    promql_parser.walk(expression, nodes.append)
    if any(isinstance(node, promql_parser.Call) and node.func.name.startswith("absent") for node in nodes):
        return Selection()
    ranges = [node for node in nodes if isinstance(node, promql_parser.MatrixSelector)]
    instants = [node for node in nodes if isinstance(node, promql_parser.VectorSelector)]
    selectors = dict.fromkeys(_bare(selector) for selector in (*(node.vector_selector for node in ranges), *instants))
    return Selection(tuple(selectors), max((node.range for node in ranges), default=timedelta()))


@cache
def counts_a_second(query: str) -> bool:
    """Whether the query's value is a number a second, which `rate` gives, and not one over its whole range."""
    import promql_parser

    names: set[str] = set()

    def visit(node: promql_parser.Expr) -> bool:
        if isinstance(node, promql_parser.Call):
            names.add(node.func.name)
        return True

    try:
        promql_parser.walk(promql_parser.parse(query.replace("{{.window}}", "1m")), visit)
    except ValueError:
        return False
    return bool(names & {"rate", "irate"}) and "increase" not in names


def _bare(selector: promql_parser.VectorSelector) -> str:
    """As PromQL. The parser's own text would leave quotes inside of values as they are."""
    groups = [selector.matchers.matchers, *selector.matchers.or_matchers]
    texts = [",".join(map(_matcher, group)) for group in groups if group]
    return f"{selector.name or ''}{{{' or '.join(texts)}}}" if texts else selector.name or ""


def _matcher(matcher: promql_parser.Matcher) -> str:
    import promql_parser

    kinds = promql_parser.MatchOp
    operators = ((kinds.Equal, "="), (kinds.NotEqual, "!="), (kinds.Re, "=~"), (kinds.NotRe, "!~"))
    operator = next(sign for kind, sign in operators if kind == matcher.op)
    return f"{matcher.name}{operator}{json.dumps(matcher.value, ensure_ascii=False)}"
