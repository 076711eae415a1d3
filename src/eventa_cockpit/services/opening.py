"""Fetches what lies on a desk: imports what is dear, reads the runbooks, makes the sources and the runner."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from eventa_cockpit.config import Config
from eventa_cockpit.domain.runbook import Library
from eventa_cockpit.integrations.alert_managers import silences_for
from eventa_cockpit.integrations.telling import pager_of
from eventa_cockpit.runbook.library import load_library, shipped_runbooks
from eventa_cockpit.runner.launching import Runner
from eventa_cockpit.runner.logind import logout_fate
from eventa_cockpit.services.desk import Contents
from eventa_cockpit.services.incidents import Incidents, new_responder
from eventa_cockpit.services.memory import note_about
from eventa_cockpit.services.preflight.remembering import Preflights
from eventa_cockpit.services.session import Session
from eventa_cockpit.services.sharing.joining import keeper_for
from eventa_cockpit.services.steering import Steering, steering_for
from eventa_cockpit.services.storing import store_for
from eventa_cockpit.services.trust import Vetting

CACHE = "runbooks-{uid}.cache"
"""One a user: a state folder may be shared, and nobody reads a cache that somebody else wrote."""


def fetch(config: Config, state: Path) -> Contents:
    """For the configuration's chosen environment."""
    fate = logout_fate()
    runner = Runner(prefix=fate.prefix)
    runner.prefork()
    responder = new_responder(config.responder)
    poller = keeper_for(config, state, responder.name)
    vetting = Vetting(state, responder.name, signers=config.trusted_signers)
    preflights = Preflights(config, state)
    incidents = Incidents(
        state,
        config,
        runner,
        responder,
        board=lambda: poller.board,
        vetting=vetting,
        hindrance=preflights.hindrance,
        note=note_about(state, config),
        store=store_for(config, state),
    )
    silences = silences_for(config.chosen, lambda: datetime.now(UTC))
    library = library_of(config, state)
    zone = ZoneInfo(config.timezone)

    def steer(session: Session) -> Steering:
        return steering_for(session, config.chosen, library, zone, lambda: poller.board)

    def logout_warning() -> str:
        return "" if runner.has_prefix else fate.warning

    return Contents(
        library,
        poller,
        incidents,
        runner.close,
        steer=steer,
        logout_warning=logout_warning,
        pager=pager_of(config.chosen),
        preflights=preflights,
        silences=silences,
    )


def library_of(config: Config, state: Path) -> Library:
    """The configured runbooks, or those that come with the cockpit."""
    paths = [Path(name).expanduser() for name in config.runbooks] or [shipped_runbooks()]
    return load_library(paths, cache=state / CACHE.format(uid=os.getuid()))
