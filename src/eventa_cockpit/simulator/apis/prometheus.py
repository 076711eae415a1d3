"""Prometheus' HTTP API over the world's meters (https://prometheus.io/docs/prometheus/latest/querying/api/)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

import promql_parser
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from eventa_cockpit.simulator.apis.answers import json_answer
from eventa_cockpit.simulator.clock import ClockReading
from eventa_cockpit.simulator.model.metering import COLUMNS, SCRAPE_S, Metering
from eventa_cockpit.simulator.promql.errors import BadData, Execution
from eventa_cockpit.simulator.promql.evaluation import Evaluation, Value
from eventa_cockpit.simulator.promql.joining import Element
from eventa_cockpit.simulator.promql.storage import Storage
from eventa_cockpit.simulator.simulation import Simulation
from eventa_cockpit.simulator.world import World

MOST_POINTS = 11_000
VERSION = "3.5.0"


@dataclass(frozen=True, slots=True)
class MeterSeries:
    """One column of the world's meters."""

    metering: Metering
    place: int
    labels: Mapping[str, str]
    every_s: float = SCRAPE_S

    def at(self, moment_s: float) -> float | None:
        row = self.metering.row(moment_s)
        return None if row is None else row[self.place]


class PrometheusApi:
    """One Prometheus that has scraped the world since long before it was opened."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

    def routes(self) -> list[Route]:
        both = ["GET", "POST"]
        return [
            Route("/-/ready", _ready),
            Route("/-/healthy", _ready),
            Route("/api/v1/query", self.query, methods=both),
            Route("/api/v1/query_range", self.query_range, methods=both),
            Route("/api/v1/series", self.series, methods=both),
            Route("/api/v1/labels", self.labels, methods=both),
            Route("/api/v1/label/{name}/values", self.label_values),
            Route("/api/v1/status/buildinfo", self.build),
        ]

    async def query(self, request: Request) -> Response:
        return await self._answer(request, self._instant)

    async def query_range(self, request: Request) -> Response:
        return await self._answer(request, self._range)

    async def series(self, _: Request) -> Response:
        found = [{"__name__": column.name, **dict(column.labels)} for column in COLUMNS]
        return _success(found)

    async def labels(self, _: Request) -> Response:
        return _success(sorted({"__name__", *(name for column in COLUMNS for name, _value in column.labels)}))

    async def label_values(self, request: Request) -> Response:
        name = request.path_params["name"]
        found = [column.name if name == "__name__" else dict(column.labels).get(name) for column in COLUMNS]
        return _success(sorted({value for value in found if value}))

    async def build(self, _: Request) -> Response:
        return _success({"version": VERSION, "revision": "", "branch": "HEAD", "goVersion": ""})

    async def _answer(
        self, request: Request, evaluate: Callable[[Mapping[str, str], Storage, ClockReading], Any]
    ) -> Response:
        parameters = {**dict(request.query_params)}
        if request.method == "POST":
            parameters |= dict(parse_qsl((await request.body()).decode(errors="replace"), keep_blank_values=True))
        try:
            if parameters.get("timeout"):
                _duration(parameters["timeout"], "timeout")
            with self._simulation.now() as (world, reading):
                return _success(evaluate(parameters, storage_of(world, reading), reading))
        except (BadData, Execution) as error:
            return json_answer({"status": "error", "errorType": error.kind, "error": str(error)}, error.status)

    def _instant(self, parameters: Mapping[str, str], storage: Storage, reading: ClockReading) -> dict[str, Any]:
        expression = _parsed(parameters.get("query", ""))
        moment = _moment(parameters.get("time"), "time", reading.now_s + storage.zero)
        if isinstance(expression, promql_parser.MatrixSelector | promql_parser.SubqueryExpr):
            raise BadData("range vectors are answered to query_range only, here")
        value = Evaluation(storage, moment - storage.zero).value(expression)
        if isinstance(value, list):
            result = [{"metric": dict(labels), "value": [moment, text_of(number)]} for labels, number in value]
            return {"resultType": "vector", "result": result}
        if isinstance(value, str):
            return {"resultType": "string", "result": [moment, value]}
        return {"resultType": "scalar", "result": [moment, text_of(value)]}

    def _range(self, parameters: Mapping[str, str], storage: Storage, _reading: ClockReading) -> dict[str, Any]:
        expression = _parsed(parameters.get("query", ""))
        start, end = (_moment(parameters.get(name), name, None) for name in ("start", "end"))
        step = _step(parameters.get("step"))
        if end < start:
            raise BadData('invalid parameter "end": end timestamp must not be before start time')
        if (end - start) / step > MOST_POINTS:
            raise BadData(
                "exceeded maximum resolution of 11,000 points per timeseries. "
                "Try decreasing the query resolution (?step=XX)"
            )
        found: dict[frozenset[tuple[str, str]], list[list[Any]]] = {}
        for number in range(int((end - start) / step) + 1):
            moment = start + number * step
            for labels, value in _elements(Evaluation(storage, moment - storage.zero).value(expression)):
                found.setdefault(frozenset(labels.items()), []).append([round(moment, 3), text_of(value)])
        result = [{"metric": dict(sorted(labels)), "values": values} for labels, values in found.items()]
        return {"resultType": "matrix", "result": result}


def storage_of(world: World, reading: ClockReading) -> Storage:
    """The world's series as they are at this look at the clock."""
    series = [
        MeterSeries(world.metering, place, {"__name__": column.name, **dict(column.labels)})
        for place, column in enumerate(COLUMNS)
    ]
    return Storage(series, reading.zero.timestamp())


def text_of(number: float) -> str:
    """A value as Prometheus writes it: no exponent, no `.0`."""
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "+Inf" if number > 0 else "-Inf"
    text = format(Decimal(repr(number)), "f")
    return text.removesuffix(".0")


@lru_cache(maxsize=256)
def _parsed(query: str) -> promql_parser.Expr:
    try:
        return promql_parser.parse(query)
    except ValueError as error:
        raise BadData(f'invalid parameter "query": parse error: {error}') from None


def _elements(value: Value) -> list[Element]:
    if isinstance(value, list):
        return value
    if isinstance(value, str):
        raise BadData('invalid expression type "string" for range query, must be Scalar or instant Vector')
    return [({}, value)]


def _moment(text: str | None, name: str, default: float | None) -> float:
    """Seconds since 1970, from a number or RFC 3339."""
    if not text and default is not None:
        return default
    try:
        return float(text or "")
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text or "").timestamp()
    except ValueError:
        raise BadData(f'invalid parameter "{name}": cannot parse "{text or ""}" to a valid timestamp') from None


def _step(text: str | None) -> float:
    seconds = _duration(text or "", "step")
    if not seconds > 0:
        raise BadData(
            'invalid parameter "step": zero or negative query resolution step widths are not accepted. '
            "Try a positive integer"
        )
    return seconds


def _duration(text: str, name: str) -> float:
    """Seconds as a number, or whole numbers with their units: `1h30m`, not `1.5h`."""
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return promql_parser.parse_duration(text).total_seconds()
    except ValueError:
        raise BadData(f'invalid parameter "{name}": cannot parse "{text}" to a valid duration') from None


def _success(data: Any) -> Response:
    return json_answer({"status": "success", "data": data})


async def _ready(_: Request) -> Response:
    return PlainTextResponse("Prometheus Server is Ready.\n")
