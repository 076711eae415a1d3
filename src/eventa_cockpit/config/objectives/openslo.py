"""OpenSLO v1 (https://github.com/OpenSLO/OpenSLO): SLOs with indicators of their own or of the same file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from eventa_cockpit.config.objectives import values
from eventa_cockpit.config.objectives.documents import Entry, Part
from eventa_cockpit.domain.objective import Indicator, Measure, Objective, Weighting
from eventa_cockpit.locale import _

METHODS = {
    "Occurrences": Weighting.REQUESTS,
    "Timeslices": Weighting.MINUTES,
    "RatioTimeslices": Weighting.MINUTES,
}
OPERATORS = {"lt": "<", "lte": "<=", "gt": ">", "gte": ">="}


def is_openslo(document: Entry) -> bool:
    return document["apiVersion"].text("").startswith("openslo/")


def openslo_parts(document: Entry, all_documents: Sequence[Entry]) -> Iterator[Part]:
    """The objectives of one document of kind SLO; other kinds only lend their indicators."""
    if document["kind"].text("") == "SLO":
        for entry in document["spec"].table()["objectives"].items():
            yield partial(_objective, document, entry, all_documents)


def _objective(document: Entry, entry: Entry, all_documents: Sequence[Entry]) -> Objective:
    version = document["apiVersion"]
    if version.text() not in {"openslo/v1", "openslo.com/v1"}:
        sentence = _("only openslo/v1 is read, not {version}.").format(version=version.name())
        raise version.refuse(sentence)
    spec = document["spec"].table()
    name = values.first(document["metadata"]["displayName"], document["metadata"]["name"]).name()
    method = spec["budgetingMethod"]
    if method.text("Occurrences") not in METHODS:
        raise method.refuse(_("this has to be one of {names}.").format(names=", ".join(METHODS)))
    indicator = _indicator(_sli(spec, all_documents))
    base = _with_window(Objective(name, 0.5, weighting=METHODS[method.text("Occurrences")]), spec)
    percent = entry["targetPercent"]
    share = values.share(percent, percent=True) if percent.exists else values.share(entry["target"])
    label = entry["displayName"].name("")
    found = replace(base, target=share, name=f"{name} / {label}" if label and label != name else name)
    return _of_slices(found, _bounded(indicator, entry, spec), entry, method.text("Occurrences"))


def _with_window(objective: Objective, spec: Entry) -> Objective:
    entries = list(spec["timeWindow"].items())
    if not entries:
        return objective
    entry = entries[0]
    rolls = entry["isRolling"]
    if entry["calendar"].exists and not rolls.is_true():
        return replace(objective, calendar=values.calendar(entry["duration"], entry["calendar"]))
    return replace(objective, window=values.window(entry["duration"]))


def _sli(spec: Entry, all_documents: Sequence[Entry]) -> Entry:
    """The indicator's own spec, here or in another document of the file."""
    if spec["indicator"].exists:
        return spec["indicator"]["spec"].table()
    reference = values.first(spec["indicatorRef"], spec["indicator"])
    wanted = reference.text()
    for document in all_documents:
        if document["kind"].text("") == "SLI" and document["metadata"]["name"].text("") == wanted:
            return document["spec"].table()
    raise reference.refuse(_('there is no SLI "{name}" in this file.').format(name=reference.name()))


def _indicator(sli: Entry) -> Indicator:
    if sli["thresholdMetric"].exists:
        return Indicator(Measure.BOUND, quantity=_query(sli["thresholdMetric"]))
    ratio = sli["ratioMetric"].table()
    if ratio["raw"].exists:
        is_success = ratio["rawType"].text("success") == "success"
        return Indicator(Measure.RATIO, ratio=_query(ratio["raw"]), is_success=is_success)
    side = values.first(ratio["bad"], ratio["good"])
    query, total = _query(side), _query(ratio["total"])
    found = Indicator(Measure.COUNTS, total=total, is_running_count=ratio["counter"].is_true())
    if values.WINDOW in query or values.WINDOW in total:
        found = replace(found, is_running_count=False)
    return replace(found, bad=query) if side.key.endswith(".bad") else replace(found, good=query)


def _query(metric: Entry) -> str:
    source = metric["metricSource"].table()
    kind = source["type"]
    if kind.text("Prometheus").lower() not in {"prometheus", "cortex", "mimir", "thanos"}:
        raise kind.refuse(_("queries of {kind} are not read; only Prometheus' are.").format(kind=kind.name()))
    spec = source["spec"]
    return values.query(values.first(spec["query"], spec["promql"], metric["query"]))


def _bounded(indicator: Indicator, entry: Entry, spec: Entry) -> Indicator:
    """A threshold's own bound, which stands with the objective."""
    if indicator.measure is not Measure.BOUND:
        return indicator
    operator = values.first(entry["op"], spec["indicator"]["op"])
    if operator.text() not in OPERATORS:
        raise operator.refuse(_("this has to be one of {names}.").format(names=", ".join(OPERATORS)))
    return replace(indicator, operator=OPERATORS[operator.text()], bound=entry["value"].number())


def _of_slices(objective: Objective, indicator: Indicator, entry: Entry, method: str) -> Objective:
    """The length of the slices, and from which share on one is good."""
    length = entry["timeSliceWindow"]
    if length.exists:
        text = length.text().strip()
        span = values.duration(f"{text}m" if text.isdecimal() else text)
        if span is None or span < values.SHORTEST / 5:
            raise length.refuse(_('"{text}" is no length of a slice. Write one such as 1m or 5m.').format(text=text))
        objective = replace(objective, slice=span)
    if method == "Timeslices" and entry["timeSliceTarget"].exists:
        indicator = replace(indicator, slice_target=values.share(entry["timeSliceTarget"]))
    return replace(objective, indicator=indicator)
