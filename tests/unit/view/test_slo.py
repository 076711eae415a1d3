"""Error budgets and metrics as rows, and the header's words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from eventa_cockpit.domain.board import METRICS, SLO, Failure, FailureKind, Feed
from eventa_cockpit.domain.metric import MetricReadings
from eventa_cockpit.domain.objective import Weighting
from eventa_cockpit.domain.reading import Bound, Point, Reading
from eventa_cockpit.domain.slo import DAY, HOUR, MINUTE, WINDOWS, Budget, Burn, ObjectiveStatus, SloReport, SloState
from eventa_cockpit.locale import use_language
from eventa_cockpit.widgets.view import metrics, slo
from eventa_cockpit.widgets.view.lines import Line, Spans, cell_len, fit, width_of

NOW = datetime(2026, 11, 23, 18, 21, 44, tzinfo=UTC)
TOKYO = ZoneInfo("Asia/Tokyo")
MONTH = 30 * DAY
RATES = (18.0, 20.0, 22.0, 11.0, 4.1, 1.2, 0.6)


def status(state: SloState = SloState.PAGE, spent: float = 0.39, **changes: object) -> ObjectiveStatus:
    total = timedelta(minutes=43.2)
    return replace(
        ObjectiveStatus(
            "availability",
            0.999,
            MONTH,
            Weighting.MINUTES,
            state,
            (Budget(Weighting.REQUESTS, total, 0.45), Budget(Weighting.MINUTES, total, spent)),
            tuple(Burn(window, rate + 1, rate) for window, rate in zip(WINDOWS, RATES, strict=True)),
            timedelta(hours=19, minutes=58),
        ),
        **changes,
    )


def feed(*statuses: ObjectiveStatus, **more: object) -> Feed[SloReport]:
    return replace(Feed(SLO, timedelta(minutes=2), SloReport(statuses), NOW, vendor="Prometheus (SLO)"), **more)


def text(spans: Spans) -> str:
    return "".join(span.text for span in spans)


def drawn(rows: list[Line], width: int) -> list[str]:
    return ["".join(span.text for span in fit(row, width)).rstrip() for row in rows]


def test_the_header_says_what_is_left_how_fast_it_burns_and_until_when() -> None:
    words = text(slo.budget_words(feed(status()), NOW, 120))
    assert words == "BUDGET 61% left (26m21s) | burn 1h 22x 5m 18x = ✗ PAGE | empty in 19h58m"


@pytest.mark.parametrize("width", [20, 40, 60, 80])
def test_the_header_gives_up_whole_parts_where_there_is_no_room(width: int) -> None:
    words = slo.budget_words(feed(status()), NOW, width)
    assert width_of(words) <= width
    assert text(words).startswith("BUDGET 61% left")
    assert not text(words).endswith("|")


def test_the_header_names_the_windows_of_the_rule_that_asks() -> None:
    rates = dict(zip(WINDOWS, RATES, strict=True)) | {5 * MINUTE: 0.0, 6 * HOUR: 7.0}
    slow = status(burns=tuple(Burn(window, rate, rate) for window, rate in rates.items()))
    assert "burn 6h 7.0x 30m 20x = ✗ PAGE" in text(slo.budget_words(feed(slow), NOW, 120))


def test_insufficient_data_is_never_a_full_budget() -> None:
    unknown = status(SloState.INSUFFICIENT, budgets=(), burns=(), empty_in=None)
    assert text(slo.budget_words(feed(unknown), NOW, 120)) == "BUDGET ? left | ? insufficient data"


def test_a_stale_budget_says_so() -> None:
    failure = Failure(FailureKind.TIMEOUT, "No whole answer within 20 s.", NOW)
    assert text(slo.budget_words(feed(status(), failure=failure), NOW, 120)).endswith("⚠ stale")


def test_a_spent_budget_is_bad_news_however_slowly_it_burns() -> None:
    burns = tuple(Burn(window, 0.2, 0.2) for window in WINDOWS)
    spent = status(SloState.NONE, 1.07, empty_in=timedelta(), burns=burns)
    words = text(slo.budget_words(feed(spent), NOW, 120))
    assert words.startswith("BUDGET -7% left (-3m01s)")
    assert "✗ budget spent" in words


def test_an_outage_of_some_minutes_is_not_called_within_budget_although_it_is_no_page_yet() -> None:
    rates = dict.fromkeys(WINDOWS, 0.5) | {5 * MINUTE: 41.0}
    begun = status(SloState.NONE, burns=tuple(Burn(window, rate, rate) for window, rate in rates.items()))
    assert "burn 1h 0.5x 5m 41x = ⚠ burning fast" in text(slo.budget_words(feed(begun), NOW, 120))


def test_nothing_is_said_where_nothing_is_configured_or_known() -> None:
    assert slo.budget_words(None, NOW, 120) == ()
    assert slo.budget_words(feed(), NOW, 120) == ()
    assert slo.note(SloReport()) is None


def test_an_objective_shows_both_weightings_and_all_its_windows() -> None:
    assert drawn(slo.rows(feed(status()), TOKYO, 60), 60) == [
        "availability 99.9%/30d                                ✗ PAGE",
        "  61% left (26m21s) by minutes  empty in 19h58m",
        "  55% by requests",
        "  burn  5m 18x  30m 20x  1h 22x  6h 4.1x  3d 0.6x",
    ]
    assert "55% by requests" in drawn(slo.rows(feed(status()), TOKYO, 80), 80)[1]
    assert drawn(slo.rows(feed(status()), TOKYO, 34), 34)[-1] == "  6h 4.1x  3d 0.6x"


def test_a_window_that_says_nothing_is_a_question_mark() -> None:
    burns = (Burn(5 * MINUTE, None, None), *status().burns[1:])
    assert "burn  5m ?  30m 20x" in drawn(slo.rows(feed(status(burns=burns)), TOKYO, 60), 60)[3]


def test_problems_of_the_file_and_of_an_objective_are_told() -> None:
    report = SloReport((status(problem="Nothing bad was ever counted."),), ("slo.yml:3: window: no.",))
    shown = drawn(slo.rows(feed(value=report), TOKYO, 60), 60)
    assert shown[0] == "⚠ slo.yml:3: window: no."
    assert shown[-1].strip() == "Nothing bad was ever counted."


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("width", [24, 38, 60, 100])
def test_no_row_is_wider_than_its_pane(language: str, width: int) -> None:
    use_language(language)
    rows = slo.rows(feed(status(), status(SloState.NONE, name="P95 < 300 ms")), TOKYO, width)
    assert all(cell_len("".join(span.text for span in fit(row, width))) <= width for row in rows)
    assert all(width_of(row.left) <= width for row in rows if not row.right)


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(minutes=26, seconds=21), "26m21s"),
        (timedelta(hours=19, minutes=8), "19h08m"),
        (timedelta(days=4, hours=7), "4d7h"),
        (timedelta(seconds=-190), "-3m10s"),
        (timedelta(), "0m00s"),
    ],
)
def test_what_is_left_is_said_in_two_units(span: timedelta, said: str) -> None:
    assert slo.duration(span) == said


@pytest.mark.parametrize(
    ("share", "said"), [(0.6199, "61%"), (0.004, "<1%"), (0.0, "0%"), (-0.001, "-1%"), (1.0, "100%")]
)
def test_what_is_left_is_never_rounded_up(share: float, said: str) -> None:
    assert slo.percent(share) == said


def readings(*found: Reading, warnings: tuple[str, ...] = ()) -> Feed[MetricReadings]:
    return Feed(METRICS, timedelta(minutes=2), MetricReadings(found, warnings), NOW, vendor="Prometheus")


def points(*values: float) -> tuple[Point, ...]:
    return tuple(Point(NOW - (len(values) - 1 - place) * 30 * MINUTE, value) for place, value in enumerate(values))


def test_a_metric_has_its_title_value_change_and_bound() -> None:
    reading = Reading("payment_failure_rate", "%", points(0.6, 41.2), Bound(5), title="決済失敗率")
    _heading, row = drawn(metrics.rows(readings(reading), NOW, TOKYO, 70), 70)
    assert row.startswith("✗ 決済失敗率   41 %")
    assert "x69" in row
    assert row.endswith("> 5 %")


def test_a_metric_that_says_nothing_about_now_says_why_and_shows_no_number() -> None:
    reading = Reading("p95", "s", points(0.2, 0.2), problem="Nothing gives samples for it any more.")
    _heading, row, why = drawn(metrics.rows(readings(reading, warnings=("slow",)), NOW, TOKYO, 60), 60)[:3]
    assert row.startswith("? p95 no data")
    assert why == "  Nothing gives samples for it any more."
    assert drawn(metrics.rows(readings(reading, warnings=("slow",)), NOW, TOKYO, 60), 60)[-1] == "⚠ slow"


def test_the_worst_metric_is_named_where_there_is_room_for_one() -> None:
    calm = Reading("p95", "s", points(0.1), Bound(0.3))
    bad = Reading("payments", "%", points(41.2), Bound(5), title="Payment failures")
    assert metrics.headline(MetricReadings((calm, bad))) == "Payment failures 41 %"
    assert metrics.headline(MetricReadings((calm,))) == ""
