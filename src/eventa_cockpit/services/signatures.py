"""Signatures of runbook files: `ssh-keygen -Y sign -n eventa-cockpit -f KEY FILE` makes FILE.sig beside it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

NAMESPACE = "eventa-cockpit"
SUFFIX = ".sig"
SECONDS = 5.0
"""That `ssh-keygen` may take."""


def signature_of(file: Path) -> Path:
    return file.with_name(file.name + SUFFIX)


def signer_of(data: bytes, signature: Path, signers: Path) -> str:
    """Whose good signature these bytes have, as `signers` (see ALLOWED SIGNERS in ssh-keygen(1)) names them.

    Empty when there is none, or when somebody else may write the list of signers. Blocks.
    """
    if not _is_safe(signers) or not signature.is_file():
        return ""
    found = _keygen(["find-principals", "-f", str(signers), "-s", str(signature)], b"")
    for principal in (found or "").splitlines():
        verify = ["verify", "-f", str(signers), "-I", principal, "-n", NAMESPACE, "-s", str(signature)]
        if _keygen(verify, data) is not None:
            return principal
    return ""


def _keygen(arguments: list[str], data: bytes) -> str | None:
    """What it printed; None unless it succeeded."""
    try:
        done = subprocess.run(
            ["ssh-keygen", "-Y", *arguments],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None


def _is_safe(signers: Path) -> bool:
    try:
        status = signers.stat()
    except OSError:
        return False
    return status.st_uid in {0, os.getuid()} and not status.st_mode & 0o022
