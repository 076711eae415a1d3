"""Signatures of runbook files: `ssh-keygen -Y sign -n eventa-cockpit -f KEY FILE` makes FILE.sig beside it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from eventa_cockpit.locale import _

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
    if why_unusable(signers) or not signature.is_file():
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


def why_unusable(signers: Path) -> str:
    """Why a list of signers does not count; empty when it does."""
    try:
        status = signers.stat()
    except OSError as error:
        return error.strerror or str(error)
    if status.st_uid not in {0, os.getuid()}:
        return _("it belongs to somebody else")
    return _("others may write it") if status.st_mode & 0o022 else ""
