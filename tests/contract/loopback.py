"""The loopback server that plug-ins test with as well, under the name that our own tests know."""

from __future__ import annotations

from eventa_cockpit.testing.loopback import (
    Behaviour,
    Loopback,
    Request,
    answer,
    answer_json,
    by_path,
    head,
    running,
)

__all__ = ["Behaviour", "Loopback", "Request", "answer", "answer_json", "by_path", "head", "running"]
