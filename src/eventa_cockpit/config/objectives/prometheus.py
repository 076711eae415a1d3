"""Sloth (`prometheus/v1` and its Kubernetes resource, https://sloth.dev) and Pyrra
(`pyrra.dev/v1alpha1`, https://github.com/pyrra-dev/pyrra)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from eventa_cockpit.config.objectives import values
from eventa_cockpit.config.objectives.documents import Entry, Part
from eventa_cockpit.config.objectives.values import WINDOW
from eventa_cockpit.domain.objective import Indicator, Measure, Objective, Weighting
from eventa_cockpit.locale import _


def is_sloth(document: Entry) -> bool:
    return document["version"].text("") == "prometheus/v1" or document["apiVersion"].text("").startswith("sloth.")


def sloth_parts(document: Entry) -> Iterator[Part]:
    """Each SLO of the file."""
    spec = document["spec"] if document["apiVersion"].exists else document
    for entry in spec["slos"].items():
        yield partial(_sloth_objective, entry)


def _sloth_objective(entry: Entry) -> Objective:
    sli = entry["sli"].table()
    return Objective(
        entry["name"].name(),
        values.share(entry["objective"], percent=True),
        indicator=_sloth_indicator(sli),
        weighting=Weighting.MINUTES if sli["raw"].exists else Weighting.REQUESTS,
        is_latency="latency" in entry["name"].text().lower(),
    )


def _sloth_indicator(sli: Entry) -> Indicator:
    events, raw = sli["events"], sli["raw"]
    if events.exists:
        bad = values.first(events["error_query"], events["errorQuery"])
        total = values.first(events["total_query"], events["totalQuery"])
        return Indicator(Measure.COUNTS, bad=_ranged(bad), total=_ranged(total))
    if raw.exists:
        ratio = values.first(raw["error_ratio_query"], raw["errorRatioQuery"])
        return Indicator(Measure.RATIO, ratio=_ranged(ratio))
    raise sli.refuse(_("it has neither `events` nor `raw`; plugins are not read."))


def _ranged(entry: Entry) -> str:
    query = values.query(entry)
    if WINDOW not in query:
        raise entry.refuse(_("the query has no {window} where its range belongs.").format(window=WINDOW))
    return query


def is_pyrra(document: Entry) -> bool:
    return document["apiVersion"].text("").startswith("pyrra.dev/")


def pyrra_parts(document: Entry) -> Iterator[Part]:
    """The one objective of a ServiceLevelObjective."""
    if document["kind"].text("") == "ServiceLevelObjective":
        yield partial(_pyrra_objective, document)


def _pyrra_objective(document: Entry) -> Objective:
    spec = document["spec"].table()
    indicator = spec["indicator"].table()
    return Objective(
        document["metadata"]["name"].name(),
        values.share(spec["target"], percent=True),
        values.window(spec["window"]),
        Weighting.MINUTES if indicator["bool_gauge"].exists else Weighting.REQUESTS,
        _pyrra_indicator(indicator),
        is_latency=indicator["latency"].exists,
    )


def _pyrra_indicator(entry: Entry) -> Indicator:
    ratio, latency, gauge = entry["ratio"], entry["latency"], entry["bool_gauge"]
    if ratio.exists:
        bad, total = _increase(ratio["errors"]["metric"]), _increase(ratio["total"]["metric"])
        return Indicator(Measure.COUNTS, bad=bad, total=total)
    if latency.exists:
        good, total = _increase(latency["success"]["metric"]), _increase(latency["total"]["metric"])
        return Indicator(Measure.COUNTS, good=good, total=total)
    if gauge.exists:
        metric = values.query(gauge["metric"])
        return Indicator(Measure.RATIO, ratio=f"avg(avg_over_time({metric}[{WINDOW}]))", is_success=True)
    raise entry.refuse(_("this has to be one of {names}.").format(names="ratio, latency, bool_gauge"))


def _increase(entry: Entry) -> str:
    return f"sum(increase({values.query(entry)}[{WINDOW}]))"
