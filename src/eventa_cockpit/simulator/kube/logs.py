"""What a pod writes to its log, made from the samples of the time since it started."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from eventa_cockpit.simulator.kube.store import Object
from eventa_cockpit.simulator.model.noise import jitter
from eventa_cockpit.simulator.model.sample import Sample

PATHS = ("/", "/events/48213", "/events/48213/seats", "/checkout", "/assets/app.js")


def lines(
    pod: Object, samples: Iterable[Sample], wall: Callable[[float], datetime], *, is_bad_release: bool
) -> Iterator[tuple[float, str]]:
    """Moment and line, oldest first: one request every sample, and the browsers' reports of a bad release."""
    name = pod["metadata"]["name"]
    release = pod["spec"]["containers"][0]["image"].rpartition(":")[2]
    for sample in samples:
        if sample.at_s < pod["metadata"]["creationTimestamp"]:
            continue
        moment = wall(sample.at_s).astimezone(UTC).isoformat(timespec="milliseconds")
        place = int(abs(jitter(0, sample.at_s, name)) * len(PATHS)) % len(PATHS)
        status = 503 if sample.api_error_rate > 0.5 else 200
        entry = {
            "time": moment,
            "level": "info" if status == 200 else "error",
            "release": release,
            "path": PATHS[place],
            "status": status,
            "ms": round(sample.api_p95_s * 600 * (1 + 0.3 * jitter(1, sample.at_s, name))),
        }
        yield sample.at_s, json.dumps(entry)
        if is_bad_release:
            report = "TypeError: Cannot read properties of undefined (reading 'seatMap')"
            yield sample.at_s, json.dumps({"time": moment, "level": "warn", "release": release, "browser": report})
