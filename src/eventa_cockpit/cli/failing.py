"""How the command ends when something went wrong: one sentence on stderr, an exit status, nothing else."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import gettempdir

from eventa_cockpit import cover
from eventa_cockpit.errors import CockpitError
from eventa_cockpit.folders import user_state
from eventa_cockpit.locale import _

CANNOT_GO_ON = 2
INTERRUPTED = 130
"""128 + SIGINT, as a shell would say it."""
PIPE_CLOSED = 1
"""As click itself ends when its reader went away."""


def guarded(command: Callable[[], int | None]) -> int:
    """Run `command` and return the exit status; whatever it raises becomes a sentence, never a traceback."""
    try:
        status = command() or 0
        sys.stdout.flush()
    except KeyboardInterrupt:
        cover.lift()
        return INTERRUPTED
    except BrokenPipeError:
        _silence_stdout()
        return PIPE_CLOSED
    except CockpitError as error:
        return _say(str(error))
    except Exception as error:  # noqa: BLE001 - the last net: it becomes a report and a sentence
        refused = _refused(error)
        return _say(_unexpected(error)) if refused is None else refused
    finally:
        cover.lift()
    return status


def _say(sentence: str) -> int:
    cover.lift()
    with suppress(OSError):  # nobody listens any more
        sys.stderr.write(f"{sentence}\n")
        sys.stderr.flush()
    return CANNOT_GO_ON


def _refused(error: Exception) -> int | None:
    """The exit status of what the parser itself refuses, in its own words; None for any other error."""
    click = sys.modules.get("click")  # a start without anything to parse has not imported it
    if click is None:
        return None
    if isinstance(error, click.Abort):
        cover.lift()
        return INTERRUPTED
    if isinstance(error, click.ClickException):
        cover.lift()
        error.show()
        return int(error.exit_code)
    return None


def _unexpected(error: Exception) -> str:
    if isinstance(error, OSError) and not sys.stdout.isatty() and not error.filename:
        _silence_stdout()
        return _("The output could not be written: {reason}.").format(reason=error.strerror or error)
    place = write_report(error)
    if place is None:
        return _(
            "The cockpit stopped through a fault of its own ({kind}), and its report could not be written. Runs go on "
            "and the record is on disk: start the cockpit again."
        ).format(kind=type(error).__name__)
    return _(
        "The cockpit stopped through a fault of its own ({kind}). Runs go on and the record is on disk: start the "
        "cockpit again. What happened is in {file}; send it to whoever maintains the cockpit."
    ).format(kind=type(error).__name__, file=place)


def write_report(error: BaseException) -> Path | None:
    """The traceback without any variable's value, in the state folder or else the temporary one."""
    from datetime import UTC, datetime

    from eventa_cockpit import __version__

    name = f"crash-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{os.getpid()}.txt"
    text = f"eventa-cockpit {__version__}, Python {sys.version.split()[0]}\n" + "".join(
        traceback.format_exception(error)
    )
    for folder in (user_state(), gettempdir()):
        path = Path(folder) / name
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
        except OSError:
            continue
        return path
    return None


def _silence_stdout() -> None:
    """What is still buffered has nowhere to go; the interpreter would complain about it at its end."""
    descriptor = os.open(os.devnull, os.O_WRONLY)
    os.dup2(descriptor, sys.stdout.fileno())
    os.close(descriptor)
