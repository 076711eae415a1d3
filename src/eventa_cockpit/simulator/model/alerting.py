"""The team's alert rules, evaluated over the samples as Prometheus would."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eventa_cockpit.simulator.model.sample import STEP_S, Sample

AVERAGE_S = 60.0
"""Rules look at the mean over so long."""


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    severity: str
    component: str
    threshold: float
    hold_s: float
    """How long the mean must be above the threshold before the alert fires (Prometheus' `for`)."""
    measure: Callable[[Sample], float]
    scale: float
    """From the measure's unit to the one that people read."""
    text: str
    """What it says, with `{value}` and `{limit}` as people read them."""


RULES = (
    Rule(
        "PaymentFailureRateHigh", "critical", "payment", 0.05, 30,
        lambda sample: sample.payment.failure_rate, 100,
        "決済失敗率が {value:.1f}% です（しきい値 {limit:.0f}%）",
    ),
    Rule(
        "DatabaseLatencyHigh", "critical", "database", 0.100, 60,
        lambda sample: sample.database.read_latency_s, 1000,
        "DB レイテンシが {value:.0f} ms です（しきい値 {limit:.0f} ms）",
    ),
    Rule(
        "ApiLatencyHigh", "warning", "api", 0.300, 60,
        lambda sample: sample.api_p95_s, 1000,
        "API の P95 レイテンシが {value:.0f} ms です（しきい値 {limit:.0f} ms）",
    ),
    Rule(
        "DatabaseCpuHigh", "warning", "database", 80.0, 90,
        lambda sample: sample.database.cpu_percent, 1,
        "DB の CPU 使用率が {value:.0f}% です（しきい値 {limit:.0f}%）",
    ),
    Rule(
        "SentryErrorSpike", "critical", "frontend", 60.0, 30,
        lambda sample: sample.script_errors_per_min, 1,
        "Sentry のエラーが毎分 {value:.0f} 件です（しきい値 {limit:.0f} 件）",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FiringAlert:
    rule: Rule
    since_s: float
    value: float
    """Mean at the newest evaluation, in the measure's unit."""

    @property
    def summary(self) -> str:
        scale = self.rule.scale
        return self.rule.text.format(value=self.value * scale, limit=self.rule.threshold * scale)


class Alerting:
    """Which alerts fire, and since when."""

    def __init__(self, rules: Sequence[Rule] = RULES) -> None:
        self._rules = rules
        self._pending: dict[str, float] = {}
        self.firing: dict[str, FiringAlert] = {}

    def evaluate(self, newest: Sequence[Sample]) -> None:
        """Look at the samples of the last minute, oldest first."""
        now_s = newest[-1].at_s
        for rule in self._rules:
            value = sum(rule.measure(sample) for sample in newest) / len(newest)
            if value <= rule.threshold:
                self._pending.pop(rule.name, None)
                self.firing.pop(rule.name, None)
                continue
            pending_since = self._pending.setdefault(rule.name, now_s)
            if now_s - pending_since >= rule.hold_s:
                since_s = self.firing[rule.name].since_s if rule.name in self.firing else now_s
                self.firing[rule.name] = FiringAlert(rule, since_s, value)


SAMPLES_A_RULE = int(AVERAGE_S / STEP_S)
