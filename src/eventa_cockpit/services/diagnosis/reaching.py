"""Secrets and upstreams of the environment that is open: each is tried once, with its own deadline."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.config import Config
from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.domain.finding import Finding, missing, ok, warning
from eventa_cockpit.domain.source import Source
from eventa_cockpit.errors import CockpitError, SecretError, UpstreamError
from eventa_cockpit.locale import _, mark
from eventa_cockpit.secrets import SecretWantedError, read_secret

GRACE_S = 1.0

REMEDIES = {
    FailureKind.TIMEOUT: mark("See whether it can be reached from this machine; `deadline` says how long to wait."),
    FailureKind.NETWORK: mark("See whether it runs and a firewall lets this machine through."),
    FailureKind.NAME: mark("Correct the address in cockpit.toml, or this machine's name servers."),
    FailureKind.TLS: mark("Have its certificate trusted here: SSL_CERT_FILE=/path/to/ca.pem"),
    FailureKind.UNAUTHORISED: mark("Make a new token and put it where `token` says."),
    FailureKind.FORBIDDEN: mark("Give the token or role the right to read this."),
    FailureKind.NOT_FOUND: mark("Correct the names and the address in cockpit.toml."),
    FailureKind.THROTTLED: mark("Ask less often: raise `every`."),
    FailureKind.REDIRECTED: mark("Write the address that it redirects to; the cockpit follows none with a token."),
    FailureKind.SERVER: mark("Nothing to do here: the upstream itself is in trouble."),
    FailureKind.MALFORMED: mark("Something else answers at that address, a login page perhaps: correct it."),
    FailureKind.TOO_LARGE: mark("Ask for less: narrow it down in cockpit.toml."),
    FailureKind.CREDENTIALS: mark("Give credentials: `profile` or `secrets` in cockpit.toml, or aws sso login."),
    FailureKind.NOT_CONFIGURED: mark("Add its table to cockpit.toml."),
}


def examine_secrets(config: Config) -> Iterator[Finding]:
    """Whether each value can be had."""
    return (examine_secret(name, place) for name, place in config.chosen.secrets.items())


def examine_secret(name: str, place: str) -> Finding:
    """Reads the value and throws it away; it is never part of a finding. May take as long as its provider."""
    kind = place.partition(":")[0]
    try:
        read_secret(place, name=name)
    except SecretWantedError:
        return ok("secrets", name, _("will be asked for when it is needed"))
    except SecretError as error:
        return missing("secrets", name, _("cannot be had from {kind}:").format(kind=kind), str(error))
    return ok("secrets", name, _("can be had from {kind}:").format(kind=kind))


def examine_upstreams(config: Config) -> Iterator[Finding]:
    from eventa_cockpit.integrations.registry import configured_sources

    try:
        sources = configured_sources(config)
    except CockpitError as error:
        yield missing("upstreams", config.environment, _("cannot be set up"), str(error))
        return
    if not sources and config.path is None:
        return
    if not sources:
        yield warning(
            "upstreams",
            config.environment,
            _("none is configured, so the panes stay empty"),
            _("Add one: [environments.{name}.alertmanager]").format(name=config.environment),
        )
        return
    yield from asyncio.run(_try_all(sources))


async def _try_all(sources: tuple[Source[Any], ...]) -> list[Finding]:
    return list(await asyncio.gather(*(_try(source) for source in sources)))


async def _try(source: Source[Any]) -> Finding:
    began = time.monotonic()
    subject = f"{source.vendor} ({source.key})" if source.vendor else source.key
    try:
        await asyncio.wait_for(source.read(), source.deadline.total_seconds() + GRACE_S)
    except UpstreamError as error:
        return missing("upstreams", subject, clean_line(str(error)), _(REMEDIES[error.kind]))
    except TimeoutError:
        return missing("upstreams", subject, _("no answer in time"), _(REMEDIES[FailureKind.TIMEOUT]))
    except SecretError as error:
        return missing("upstreams", subject, _("its token cannot be had"), str(error))
    finally:
        await source.close()
    return ok(
        "upstreams", subject, _("answers ({milliseconds:.0f} ms)").format(milliseconds=1e3 * (time.monotonic() - began))
    )
