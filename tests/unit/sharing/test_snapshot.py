"""The board written down and read again: nothing lost, nothing believed that is not whole."""

from __future__ import annotations

import inspect
import typing
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.contract.configured import everything
from tests.unit.sharing.values import KEYS, any_value, anything

from eventa_cockpit.domain import values
from eventa_cockpit.domain.alert import Alert, AlertList, AlertState, Severity
from eventa_cockpit.domain.board import Failure, FailureKind, Feed
from eventa_cockpit.domain.reading import Point, Reading
from eventa_cockpit.domain.values import value_type
from eventa_cockpit.integrations.distrust import harmless
from eventa_cockpit.integrations.registry import sources_for
from eventa_cockpit.services.polling import Known
from eventa_cockpit.services.sharing.forms import form_of
from eventa_cockpit.services.sharing.sameness import group_name
from eventa_cockpit.services.sharing.snapshot import HEAD, LONGEST, Decoder, Encoder, SnapshotError

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
EVERY = timedelta(seconds=15)


def written(*feeds: Feed[Any] | Known) -> bytes:
    known = [feed if isinstance(feed, Known) else Known(feed) for feed in feeds]
    return Encoder().encode(known, NOW)


def read(data: bytes) -> dict[str, Feed[Any]]:
    return dict(Decoder().decode(data).board.feeds)


def alerts(**changes: Any) -> AlertList:
    alert = Alert("f1", "PaymentFailureRateHigh", Severity.CRITICAL, AlertState.FIRING, NOW)
    return AlertList((replace(alert, **changes),))


@pytest.mark.parametrize("key", KEYS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_every_kind_of_value_comes_back_as_it_was(key: str, data: st.DataObject) -> None:
    value = data.draw(any_value(key))
    feed: Feed[Any] = Feed(key, EVERY, value=value, at=NOW, next_try=NOW + EVERY, vendor="Vendor")
    assert read(written(feed)) == {key: feed}


@given(failure=anything(Failure), barred=st.none() | st.datetimes(timezones=st.just(UTC)))
def test_failures_and_embargoes_come_back_as_they_were(failure: Failure, barred: datetime | None) -> None:
    failure = replace(harmless(failure), detail="HTTP 500.", tries=abs(failure.tries) % 100 + 1)
    known = Known(Feed("alerts", EVERY, failure=failure), barred)
    assert Decoder().decode(written(known)).known == {"alerts": known}


def test_every_source_that_can_be_configured_has_its_value_type_in_the_table() -> None:
    for source in sources_for(everything().chosen):
        returned = typing.get_type_hints(source.read)["return"]
        assert value_type(source.key) is returned, f"domain/values.py does not know what {source.key} holds"


def test_whatever_can_be_configured_can_be_compared_with_a_colleagues() -> None:
    assert group_name("prod", everything().chosen).startswith("prod-")


@pytest.mark.parametrize("key", KEYS)
def test_values_are_made_of_plain_types(key: str) -> None:
    kind = value_type(key)
    assert is_dataclass(kind)
    assert all(field.name.isidentifier() for field in fields(kind))
    assert len(form_of(kind)) == 16
    assert inspect.getmodule(kind).__name__.startswith("eventa_cockpit.domain.")  # type: ignore[union-attr]


def test_a_value_that_has_not_changed_is_the_same_object_again() -> None:
    decoder = Decoder()
    feed = Feed("alerts", EVERY, value=alerts(), at=NOW)
    first = decoder.decode(written(feed)).board.alerts
    again = decoder.decode(written(replace(feed, at=NOW + EVERY))).board.alerts
    assert first is not None
    assert again is not None
    assert again.value is first.value
    assert again.at == NOW + EVERY


def test_a_feed_of_an_unknown_kind_is_unknown_and_costs_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(values.VALUE_TYPES, "weather", values.VALUE_TYPES["alerts"])
    data = written(Feed("weather", EVERY, value=alerts(), at=NOW), Feed("alerts", EVERY, value=alerts(), at=NOW))
    monkeypatch.delitem(values.VALUE_TYPES, "weather")
    found = read(data)
    assert found["weather"].value is None
    assert found["weather"].at is None
    assert found["weather"].failure is not None
    assert found["alerts"].value == alerts()


@dataclass(frozen=True, slots=True)
class OtherAlertList:
    """What another version of the cockpit may have meant by alerts."""

    alerts: tuple[Alert, ...] = ()


def test_a_value_in_the_form_of_another_version_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(values.VALUE_TYPES, "alerts", f"{__name__}:OtherAlertList")
    monkeypatch.setattr(values, "import_module", lambda _name: inspect.getmodule(OtherAlertList))
    data = written(Feed("alerts", EVERY, value=OtherAlertList(), at=NOW))
    monkeypatch.undo()
    feed = read(data)["alerts"]
    assert feed.value is None
    assert feed.failure is not None
    assert feed.failure.kind is FailureKind.MALFORMED


def test_a_value_outside_the_rules_is_left_out() -> None:
    assert read(written(Feed("alerts", EVERY, value=object(), at=NOW)))["alerts"].value is None


@settings(max_examples=200, deadline=None)
@given(cut=st.integers(0, 10_000))
def test_a_torn_file_is_no_snapshot(cut: int) -> None:
    data = written(Feed("alerts", EVERY, value=alerts(), at=NOW))
    with pytest.raises(SnapshotError):
        Decoder().decode(data[: cut % len(data)])


@settings(max_examples=300, deadline=None)
@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_flipped_bit_is_noticed(place: int, bit: int) -> None:
    data = bytearray(written(Feed("alerts", EVERY, value=alerts(), at=NOW)))
    data[place % len(data)] ^= 1 << bit
    with pytest.raises(SnapshotError):
        Decoder().decode(bytes(data))


@settings(max_examples=300, deadline=None)
@given(body=st.binary(max_size=300))
def test_hostile_bytes_are_no_snapshot(body: bytes) -> None:
    with pytest.raises(SnapshotError):
        Decoder().decode(sealed(body))


def sealed(body: bytes) -> bytes:
    """A body with a head that fits it, as only an attacker would make one."""
    from eventa_cockpit.services.sharing.snapshot import MAGIC, _sum

    return HEAD.pack(MAGIC, len(body), _sum(body)) + body


def entry(value: object, key: str = "alerts", **changes: Any) -> dict[str, Any]:
    kind = value_type(key)
    assert kind is not None
    content: dict[str, Any] = {
        "source": key, "vendor": "V", "stale_after": "PT15S", "at": NOW, "failure": None, "next_try": None,
        "barred_until": None, "form": form_of(kind), "value": msgspec.msgpack.encode(value),
    }  # fmt: skip
    return {**content, **changes}


def forged(*entries: dict[str, Any]) -> dict[str, Feed[Any]]:
    return read(sealed(msgspec.msgpack.encode({"written_at": NOW, "entries": list(entries)})))


def test_everything_is_cleaned_again() -> None:
    hostile = msgspec.to_builtins(alerts(summary="a\x1b]0;owned\x07b", link="javascript:alert(1)"), enc_hook=dict)
    hostile["alerts"][0]["since"] = "2026-11-23T18:00:00"
    feed = forged(entry(hostile, vendor="V\x1b[2J"))["alerts"]
    (alert,) = feed.value.alerts
    assert (alert.summary, alert.link, alert.since) == ("a␛b", "", NOW)
    assert feed.vendor == "V␛"


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_that_is_none_makes_its_feed_unknown(number: float) -> None:
    reading = msgspec.to_builtins(Reading("CPUUtilization", "%", (Point(NOW, 1.0),)))
    reading["points"][0]["value"] = number
    feed = forged(entry({"instance": "db", "readings": [reading]}, "database"))["database"]
    assert feed.value is None


@pytest.mark.parametrize("value", [None, 42, [], {}, {"alerts": 7}, {"alerts": [{"fingerprint": []}]}])
def test_a_value_of_another_shape_makes_its_feed_unknown(value: object) -> None:
    found = forged(entry(value), entry({"instance": "db"}, "database"))
    assert found["database"].value is not None
    assert found["alerts"].value is None or found["alerts"].value == AlertList()


def test_an_entry_that_cannot_be_named_is_passed_over() -> None:
    found = forged({"source": 7}, entry({"instance": "db"}, "database"))
    assert set(found) == {"database"}


def test_bottomless_nesting_is_no_snapshot() -> None:
    with pytest.raises(SnapshotError):
        Decoder().decode(sealed(b"\x91" * 1_000_000))


def test_a_board_that_is_too_large_is_not_written() -> None:
    with pytest.raises(SnapshotError):
        written(Feed("alerts", EVERY, value=alerts(summary="x" * LONGEST), at=NOW))
