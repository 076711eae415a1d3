"""Runs moto's server in threads of the world's process, where moto's slow import is done, too."""

from __future__ import annotations

import gc
import select
import socket
import threading
from collections.abc import Callable
from contextlib import closing

from eventa_cockpit.simulator import sites
from eventa_cockpit.simulator.simulation import Simulation


def start_aws(simulation: Simulation, listener: socket.socket, on_ready: Callable[[], None]) -> None:
    """Serve AWS on `listener` from its first connection on, until the process ends.

    Nothing is imported before somebody connects; whoever does waits for about two seconds, as with a slow network.
    `on_ready` is called when the first call can be answered.
    """
    threading.Thread(target=_serve_first, args=(simulation, listener, on_ready), name="aws", daemon=True).start()


def _serve_first(simulation: Simulation, listener: socket.socket, on_ready: Callable[[], None]) -> None:
    # Should moto fail, callers are refused instead of waiting for ever; the log has the reason.
    with closing(listener):
        select.select([listener], [], [])
        _serve(simulation, listener, on_ready)


def _serve(simulation: Simulation, listener: socket.socket, on_ready: Callable[[], None]) -> None:
    # Nothing that is imported goes away again: without the collector it takes a third less time.
    gc.disable()
    from eventa_cockpit.simulator.aws.joining import without_instance_catalogue

    with without_instance_catalogue():
        from eventa_cockpit.simulator.aws.rds import join_rds

    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
    from werkzeug.serving import make_server

    from eventa_cockpit.simulator.aws.alarms import join_alarms
    from eventa_cockpit.simulator.aws.cloudfront import join_cloudfront
    from eventa_cockpit.simulator.aws.cloudwatch import join_cloudwatch
    from eventa_cockpit.simulator.aws.seeding import seed_buckets, seed_database, seed_distribution

    class QuietHandler(MotoRequestHandler):
        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Nothing: the log is for what went wrong."""

    seed_database()
    seed_distribution()
    join_rds(simulation)
    join_cloudfront(simulation)
    join_cloudwatch(simulation)
    join_alarms(simulation)
    application = DomainDispatcherApplication(create_backend_app)
    server = make_server(
        sites.HOST,
        listener.getsockname()[1],
        application,
        threaded=True,
        request_handler=QuietHandler,
        fd=listener.fileno(),
    )
    seed_buckets()
    on_ready()
    _tidy()
    server.serve_forever()


def _tidy() -> None:
    """Give back what the imports left behind, and keep the collector away from what stays for good."""
    gc.collect()
    gc.freeze()
    gc.enable()
