"""Every kind of fact has a sentence of its own in the timeline."""

from __future__ import annotations

from typing import get_args

from eventa_cockpit.domain.event import Fact, UnknownFact
from eventa_cockpit.widgets.view.timeline import _SENTENCES


def test_no_kind_of_fact_is_told_as_another_versions() -> None:
    assert {kind.__name__ for kind in get_args(Fact) if kind not in _SENTENCES} == {UnknownFact.__name__}
