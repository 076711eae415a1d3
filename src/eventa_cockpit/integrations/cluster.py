"""A way into a Kubernetes cluster that cannot hang or hoard, from the kubeconfig that kubectl uses."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.integrations.answers import check_form, check_status, place_of, transport_failure
from eventa_cockpit.integrations.guarding import GuardedBody
from eventa_cockpit.locale import _

CONNECT_TIMEOUT = timedelta(seconds=3)
LEAST_S = 0.05
"""What a call that begins too late still gets: urllib3 takes no time at all for a mistake."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """The parts of the API that are asked; every call raises UpstreamError."""

    apps: Any
    """AppsV1Api."""
    core: Any
    """CoreV1Api."""
    transport: _Transport

    def end_at(self, moment: float) -> None:
        """Calls end at this moment of `time.monotonic()`, however slowly the answer drips."""
        self.transport.until = moment

    def close(self) -> None:
        self.transport.clear()


def open_cluster(kubeconfig: str, context: str) -> Cluster:
    """Imports kubernetes (0.8 s) and may run a login command.

    Without any kubeconfig it is the pod's own account that counts, inside a cluster. Raises UpstreamError when there
    is none either, or when the kubeconfig says nothing usable.
    """
    from kubernetes import client, config
    from yaml import YAMLError

    try:
        cluster = _pods_own_client() if _is_pod_without(kubeconfig) else _kubeconfigs_client(kubeconfig, context)
    except (config.ConfigException, YAMLError, OSError, TypeError, AttributeError, KeyError, ValueError) as error:
        # The library walks the file without looking: what is not as it expects surfaces as any of these.
        why = clean_line(str(error) or type(error).__name__)[:200].rstrip(".")
        sentence = _("The kubeconfig {path} cannot be used: {why}.")
        path = clean_line(kubeconfig) or _("in kubectl's usual place")
        raise UpstreamError(FailureKind.NOT_CONFIGURED, sentence.format(path=path, why=why)) from None
    transport = cluster.rest_client.pool_manager = _Transport(cluster.rest_client.pool_manager)
    return Cluster(client.AppsV1Api(cluster), client.CoreV1Api(cluster), transport)


def _is_pod_without(kubeconfig: str) -> bool:
    usual = Path("~/.kube/config").expanduser()
    return not kubeconfig and "KUBERNETES_SERVICE_HOST" in os.environ and not usual.exists()


def _pods_own_client() -> Any:
    from kubernetes import client, config

    configuration = client.Configuration()
    config.load_incluster_config(client_configuration=configuration)  # type: ignore[no-untyped-call]
    return client.ApiClient(configuration)


def _kubeconfigs_client(kubeconfig: str, context: str) -> Any:
    from kubernetes import config

    return config.new_client_from_config(  # type: ignore[no-untyped-call]
        kubeconfig or None, context or None, persist_config=False
    )


def cluster_failure(error: Exception) -> UpstreamError:
    """The error in our words; raises it again when it does not come from the client's libraries."""
    from kubernetes.client import ApiException

    if isinstance(error, ApiException):
        why = clean_line(str(error.reason or error))[:200].rstrip(".")
        return UpstreamError(FailureKind.NETWORK, _("The API server cannot be asked: {why}.").format(why=why))
    raise error


class _Transport:
    """In place of urllib3's pool manager: no redirects, no retries, bounded bodies, failures with a name."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self.until = 0.0

    def request(self, method: str, url: str, **options: Any) -> Any:
        """A whole answer, its body read and found to be JSON; raises UpstreamError."""
        import urllib3

        left = max(self.until - time.monotonic(), LEAST_S)
        options |= {
            "preload_content": False,
            "decode_content": False,
            "redirect": False,
            "retries": False,
            "timeout": urllib3.Timeout(min(CONNECT_TIMEOUT.total_seconds(), left), left),
        }
        place, until = place_of(url), self.until
        try:
            response = self._pool.request(method, url, **options)
            body = GuardedBody(response, place, until)
            try:
                check_status(response.status, response.headers, place, datetime.now(UTC))
                check_form(response.headers, place)
            except UpstreamError:
                response.close()
                raise
            return urllib3.HTTPResponse(body.read_all(), response.headers, response.status)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise transport_failure(error, place) from None

    def clear(self) -> None:
        self._pool.clear()


@contextmanager
def heard() -> Iterator[list[str]]:
    """What this thread logs on the root logger: the client tells there, and only there, that a login command failed.

    With a handler in place it does not write to the terminal either.
    """
    complaints: list[str] = []
    handler = _Ear(complaints, threading.get_ident())
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield complaints
    finally:
        root.removeHandler(handler)


class _Ear(logging.Handler):
    def __init__(self, complaints: list[str], thread: int) -> None:
        super().__init__(logging.ERROR)
        self._complaints = complaints
        self._thread = thread

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread:
            self._complaints.append(record.getMessage())
