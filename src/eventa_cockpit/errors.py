"""The errors that travel. Each message is a sentence that names the place (file, line, key) and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import timedelta
    from pathlib import Path

    from eventa_cockpit.domain.board import FailureKind


class CockpitError(Exception):
    """Something the person at the keyboard can act on; shown as its sentence, never as a traceback."""


class ConfigError(CockpitError):
    """The configuration cannot be used; names the file and the key."""


class RunbookError(CockpitError):
    """A runbook, phase or step that was asked for does not exist or cannot be read."""


class JournalError(CockpitError):
    """An event could not be made durable, so what it announces must not happen."""


class IncidentError(CockpitError):
    """What was asked of an incident makes no sense as it stands; nothing was written."""


class ObligationsDueError(IncidentError):
    """The incident cannot close while something must be undone."""

    def __init__(self, message: str, obligations: tuple[str, ...]) -> None:
        super().__init__(message)
        self.obligations = obligations
        """Their ids, oldest first."""


class RunError(CockpitError):
    """A run could not be claimed, started or reached."""


class UnrecordedError(RunError):
    """A run was not started, because there is no room or no right to write it down."""


class StepTakenError(RunError):
    """Another responder's run of this step won the claim."""

    def __init__(self, message: str, run_dir: Path) -> None:
        super().__init__(message)
        self.run_dir = run_dir
        """Folder of the run that won."""


class SecretError(CockpitError):
    """A secret could not be had from its provider, or is too short to be masked."""


class UpstreamError(CockpitError):
    """One failed call of an upstream. The board turns it into a value; it never reaches a screen as an exception."""

    def __init__(self, kind: FailureKind, message: str, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.retry_after = retry_after
        """How long the upstream itself asked us to wait, if it did."""


class HttpError(UpstreamError):
    """An answer whose status is not 200-299."""

    def __init__(
        self,
        kind: FailureKind,
        message: str,
        retry_after: timedelta | None = None,
        *,
        status: int,
        complaint: object = None,
    ) -> None:
        super().__init__(kind, message, retry_after)
        self.status = status
        self.complaint = complaint
        """The refusal's body as JSON, None when it was none: outside text, not cleaned."""


class UncertainError(UpstreamError):
    """A write whose outcome nobody knows: it may have been done. Read the state before it is asked for again."""

    @classmethod
    def after(cls, error: UpstreamError) -> UncertainError:
        """The same failure, of a call that had already reached the upstream."""
        return cls(error.kind, str(error), error.retry_after)
