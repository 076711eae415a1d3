"""The doctor: everything that the configuration names, tried once, and how to mend what does not work."""

from __future__ import annotations

from collections.abc import Iterator

from eventa_cockpit.config import Config
from eventa_cockpit.domain.finding import Finding, Verdict
from eventa_cockpit.services.diagnosis.places import examine_configuration, examine_runbooks, examine_state
from eventa_cockpit.services.diagnosis.reaching import examine_secrets, examine_upstreams
from eventa_cockpit.services.diagnosis.surroundings import examine_login, examine_terminal
from eventa_cockpit.services.diagnosis.tools import examine_tools

__all__ = ["Finding", "Verdict", "diagnose"]


def diagnose(config: Config) -> Iterator[Finding]:
    """Every finding, as soon as it is known; upstreams are asked at the same time and come last but for the terminal.

    Reads, and writes one probe into the state folder; secrets are read and thrown away.
    """
    yield from examine_configuration(config)
    yield from examine_state(config)
    library, findings = examine_runbooks(config)
    yield from findings
    yield from examine_tools(config, library)
    yield from examine_secrets(config)
    yield from examine_upstreams(config)
    yield from examine_terminal()
    yield from examine_login()
