"""The SSH server of the runs' own fault tests, here with a whole cockpit behind it."""

from __future__ import annotations

from tests.faults.runs.test_connections import sshd

__all__ = ["sshd"]
