"""What kind of value each feed of the board holds, so that one that was written down can be read again."""

from __future__ import annotations

from importlib import import_module

from eventa_cockpit.domain.board import (
    ALERTS,
    ALERTS_PREFIX,
    CDN,
    DATABASE,
    DATABASE_STATE,
    ERRORS,
    LOGS,
    METRICS,
    ON_CALL,
    PAGES,
    PLUGIN_PREFIX,
    ROLLOUTS,
    SLO,
    SLOW_QUERIES,
    STATUS_PREFIX,
)

VALUE_TYPES: dict[str, str] = {
    ALERTS: "eventa_cockpit.domain.alert:AlertList",
    ALERTS_PREFIX: "eventa_cockpit.domain.alert:AlertList",
    CDN: "eventa_cockpit.domain.cdn:CdnStatus",
    DATABASE: "eventa_cockpit.domain.database:DatabaseReadings",
    DATABASE_STATE: "eventa_cockpit.domain.database_state:DatabaseState",
    ERRORS: "eventa_cockpit.domain.error_report:ErrorReport",
    LOGS: "eventa_cockpit.domain.log_stream:LogWindow",
    METRICS: "eventa_cockpit.domain.metric:MetricReadings",
    ON_CALL: "eventa_cockpit.domain.on_call:OnCall",
    PAGES: "eventa_cockpit.domain.page:PageList",
    ROLLOUTS: "eventa_cockpit.domain.rollout:RolloutList",
    PLUGIN_PREFIX: "eventa_cockpit.domain.plugin:PluginReport",
    SLOW_QUERIES: "eventa_cockpit.domain.slow_queries:SlowQueries",
    SLO: "eventa_cockpit.domain.slo:SloReport",
    STATUS_PREFIX: "eventa_cockpit.domain.service_status:ServiceStatus",
}
"""Key of a feed, or the part of it up to the colon → module and class. Imported when one is met, never before."""


def value_type(key: str) -> type | None:
    """The frozen dataclass that the feed holds; None for a feed that this version does not know."""
    head, colon, _name = key.partition(":")
    place = VALUE_TYPES.get(f"{head}:" if colon else key)
    if place is None:
        return None
    module, _, name = place.partition(":")
    found = getattr(import_module(module), name)
    assert isinstance(found, type)
    return found
