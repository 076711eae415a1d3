"""What the record says of silences, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from eventa_cockpit.domain import silence
from eventa_cockpit.locale import _
from eventa_cockpit.widgets.view import moments
from eventa_cockpit.widgets.view.lines import Role

Titles = Callable[[str, str], str]
Sentence = tuple[str, Role]


def _requested(fact: silence.SilenceRequested, _titles: Titles) -> Sentence:
    text = (
        _("wants to extend the silence of {alert} to {time}") if fact.silence else _("wants {alert} silent for {time}")
    )
    said = text.format(alert=fact.alert, time=moments.since(fact.duration))
    return f"{said}: {fact.reason}" if fact.reason else said, Role.TEXT


def _silenced(fact: silence.AlertSilenced, _titles: Titles) -> Sentence:
    text = _("extended the silence of {alert} to {time}") if fact.is_extended else _("silenced {alert} for {time}")
    return text.format(alert=fact.alert, time=moments.since(fact.duration)), Role.WARNING


def _expiry_requested(fact: silence.SilenceExpiryRequested, _titles: Titles) -> Sentence:
    said = _("wants the silence of {alert} to end").format(alert=fact.alert or fact.silence)
    return f"{said}: {fact.reason}" if fact.reason else said, Role.TEXT


def _expired(fact: silence.SilenceExpired, _titles: Titles) -> Sentence:
    return _("ended the silence of {alert}").format(alert=fact.alert or fact.silence), Role.GOOD


def _failed(fact: silence.SilenceFailed, _titles: Titles) -> Sentence:
    text = (
        _("the silence was not changed: {reason}") if fact.is_certain else _("nobody knows about the silence: {reason}")
    )
    return text.format(reason=fact.reason), Role.WARNING if fact.is_certain else Role.CRITICAL


SENTENCES: Mapping[type, Callable[[Any, Titles], Sentence]] = {
    silence.SilenceRequested: _requested,
    silence.AlertSilenced: _silenced,
    silence.SilenceExpiryRequested: _expiry_requested,
    silence.SilenceExpired: _expired,
    silence.SilenceFailed: _failed,
}
"""Kind of fact → its sentence in the timeline; the writer's name stands before it."""
