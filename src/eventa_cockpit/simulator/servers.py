"""Puts the APIs behind their sockets: by port, and by host name behind TLS, one event loop for all."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Host
from starlette.types import ASGIApp, Receive, Scope, Send

from eventa_cockpit.simulator import sites
from eventa_cockpit.simulator.apis.alertmanager import AlertmanagerApi
from eventa_cockpit.simulator.apis.calendar import CalendarApi
from eventa_cockpit.simulator.apis.control import ControlApi
from eventa_cockpit.simulator.apis.eventa import EventaApi, FrontendApi
from eventa_cockpit.simulator.apis.kubernetes import KubernetesApi
from eventa_cockpit.simulator.apis.loki import LokiApi
from eventa_cockpit.simulator.apis.pagerduty import PagerDutyApi
from eventa_cockpit.simulator.apis.prometheus import PrometheusApi
from eventa_cockpit.simulator.apis.sentry import SentryApi
from eventa_cockpit.simulator.apis.slack import SlackApi
from eventa_cockpit.simulator.apis.status_page import StatusPageApi, payjp, stripe
from eventa_cockpit.simulator.simulation import Simulation


class ByPort:
    """Sends each request to the application of the port at which it arrived."""

    def __init__(self, applications: Mapping[int, ASGIApp]) -> None:
        self._applications = applications

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._applications[scope["server"][1]](scope, receive, send)


class Server(uvicorn.Server):
    """uvicorn without its signal handlers: the process has its own."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def plain_server(simulation: Simulation, folder: Path, control: ControlApi, ports: Mapping[str, int]) -> Server:
    """The server of everything that speaks plain HTTP, but for AWS."""
    sentry_token = (folder / sites.SENTRY_TOKEN_FILE).read_text()
    pager_keys = [(folder / name).read_text() for name in (sites.PAGERDUTY_TOKEN_FILE, sites.ROUTING_KEY_FILE)]
    routes: dict[str, Sequence[BaseRoute]] = {
        sites.ALERTMANAGER: AlertmanagerApi(simulation).routes(),
        sites.LOKI: LokiApi(simulation).routes(),
        sites.SENTRY: SentryApi(simulation, sentry_token).routes(),
        sites.SLACK: SlackApi(simulation, (folder / sites.SLACK_TOKEN_FILE).read_text()).routes(),
        sites.STATUS: StatusPageApi(simulation, stripe).routes(),
        sites.PAYJP_STATUS: StatusPageApi(simulation, payjp).routes(),
        sites.PROMETHEUS: PrometheusApi(simulation).routes(),
        sites.PAGERDUTY: PagerDutyApi(simulation, *pager_keys).routes(),
        sites.CALENDAR: CalendarApi((folder / sites.CALENDAR_KEY_FILE).read_text()).routes(),
        sites.CONTROL: control.routes(),
    }
    return _server(ByPort({ports[name]: Starlette(routes=found) for name, found in routes.items()}))


def tls_server(simulation: Simulation, folder: Path, ports: Mapping[str, int]) -> Server:
    """The server of Kubernetes, eventa's own sites and Stripe's status page; needs the certificates."""
    eventa = Starlette(routes=EventaApi(simulation, (folder / sites.ADMIN_TOKEN_FILE).read_text()).routes())
    frontend = Starlette(routes=FrontendApi(simulation).routes())
    status = Starlette(routes=StatusPageApi(simulation, stripe).routes())
    payjp_status = Starlette(routes=StatusPageApi(simulation, payjp).routes())
    hosts = [
        *(Host(name, eventa) for name in sites.API_HOSTS),
        *(Host(name, frontend) for name in sites.FRONTEND_HOSTS),
        *(Host(name, status) for name in sites.STATUS_HOSTS),
        *(Host(name, payjp_status) for name in sites.PAYJP_HOSTS),
    ]
    # kubectl sends its token over TLS only.
    kubernetes = KubernetesApi(simulation, (folder / sites.KUBERNETES_TOKEN_FILE).read_text())
    applications = {
        ports[sites.TLS]: Starlette(routes=hosts),
        ports[sites.KUBERNETES]: Starlette(routes=kubernetes.routes()),
    }
    return _server(ByPort(applications), folder)


async def started(server: Server, sockets: list[socket.socket]) -> asyncio.Task[None]:
    """Serve on `sockets` in a task; returns when the first request can be answered, raises what prevents that."""
    task = asyncio.create_task(server.serve(sockets))
    while not server.started and not task.done():  # noqa: ASYNC110 (uvicorn has a flag, not an event)
        await asyncio.sleep(0.002)
    if task.done():
        task.result()
    return task


def _server(application: ASGIApp, tls_folder: Path | None = None) -> Server:
    config = uvicorn.Config(
        application,
        http="h11",
        ws="websockets-sansio",
        loop="asyncio",
        lifespan="off",
        log_level="warning",
        access_log=False,
        # Clients poll every five seconds, uvicorn's default: a request would meet the closing of its connection.
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
        ssl_certfile=None if tls_folder is None else tls_folder / sites.CHAIN_FILE,
        ssl_keyfile=None if tls_folder is None else tls_folder / sites.KEY_FILE,
    )
    return Server(config)
