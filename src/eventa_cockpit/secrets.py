"""Secrets: read from where the configuration says they are, and never shown, logged or written down."""

from __future__ import annotations

import os
import queue
import shlex
import stat
import subprocess
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.errors import SecretError
from eventa_cockpit.locale import _

T = TypeVar("T")

SHORTEST = 6
"""Characters below which a value cannot be masked without hiding ordinary text."""
COMMAND_S = 20.0
"""Seconds that whoever keeps a secret may take: a program, a keyring that waits to be unlocked, AWS."""
CONNECT_S, READ_S = 5.0, 10.0
LARGEST_FILE = 1 << 16


class SecretWantedError(SecretError):
    """The value has to be asked for at the keyboard, without echo (`prompt:`)."""


def read_secret(place: str, *, name: str) -> str:
    """The value of the secret variable `name`, from `place`, without its last line end.

    Places: `env:NAME`, `file:/path` (ours alone, no link), `command:op read op://vault/item` (no shell),
    `keyring:service/user`, `aws-secretsmanager:ID`, `prompt:`. Raises SecretError, whose sentence never holds the
    value, and SecretWantedError for `prompt:`.
    """
    kind, colon, rest = place.partition(":")
    provider = PROVIDERS.get(kind) if colon else None
    if provider is None:
        raise SecretError(
            _('{name}: "{kind}" is not a place for a secret. Use one of: {kinds}.').format(
                name=name, kind=kind if colon else "…", kinds=", ".join(f"{known}:" for known in PROVIDERS)
            )
        )
    value = provider(rest, name).removesuffix("\n").removesuffix("\r")
    check_secret(value, name=name)
    return value


def check_secret(value: str, *, name: str) -> None:
    """Raises SecretError when the value is one that could not be masked, or not be a variable."""
    if not value:
        raise SecretError(_("{name} is empty where the configuration says its value is.").format(name=name))
    if "\0" in value:
        raise SecretError(_("{name} holds a NUL character, which no variable can.").format(name=name))
    if len("".join(value.split())) < SHORTEST:
        raise SecretError(
            _(
                "{name} has fewer than {count} characters, so it cannot be masked in the output. Use a longer one."
            ).format(name=name, count=SHORTEST)
        )


def _from_environment(variable: str, name: str) -> str:
    try:
        return os.environ[variable]
    except KeyError:
        raise SecretError(
            _("{name} is not set: the configuration takes it from the environment variable {variable}.").format(
                name=name, variable=variable
            )
        ) from None


def _from_file(path: str, name: str) -> str:
    place = Path(path)
    if not place.is_absolute():
        raise SecretError(_("{name}: file:{path} is not an absolute path.").format(name=name, path=path))
    try:
        fd = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        reason = _("it is a symbolic link") if place.is_symlink() else error.strerror
        raise SecretError(
            _("{name} cannot be read from {path}: {reason}.").format(name=name, path=path, reason=reason)
        ) from None
    try:
        _check_file(os.fstat(fd), path, name)
        data = os.read(fd, LARGEST_FILE + 1)
    finally:
        os.close(fd)
    if len(data) > LARGEST_FILE:
        raise SecretError(_("{name}: {path} is too large for a secret.").format(name=name, path=path))
    return _text(data, name)


def _check_file(facts: os.stat_result, path: str, name: str) -> None:
    if not stat.S_ISREG(facts.st_mode):
        raise SecretError(_("{name}: {path} is not a regular file.").format(name=name, path=path))
    if facts.st_uid != os.getuid():
        raise SecretError(
            _("{name}: {path} belongs to another user. Make a copy of your own.").format(name=name, path=path)
        )
    if facts.st_mode & 0o077:
        raise SecretError(
            _("{name}: others may read {path}. Run: chmod 600 {quoted}").format(
                name=name, path=path, quoted=shlex.quote(path)
            )
        )


def _from_command(command: str, name: str) -> str:
    try:
        arguments = shlex.split(command)
    except ValueError as error:
        raise SecretError(
            _("{name}: the command cannot be split into words: {reason}.").format(name=name, reason=error)
        ) from None
    if not arguments:
        raise SecretError(_("{name}: command: names no program.").format(name=name))
    try:
        done = subprocess.run(arguments, stdin=subprocess.DEVNULL, capture_output=True, timeout=COMMAND_S, check=False)
    except subprocess.TimeoutExpired:
        raise SecretError(
            _("{name}: {program} gave nothing within {seconds:.0f} s.").format(
                name=name, program=arguments[0], seconds=COMMAND_S
            )
        ) from None
    except OSError as error:
        raise SecretError(
            _("{name}: {program} cannot be run: {reason}.").format(
                name=name, program=arguments[0], reason=error.strerror
            )
        ) from None
    if done.returncode:
        raise SecretError(
            _("{name}: {program} ended with {code}. Run it by hand to see why.").format(
                name=name, program=arguments[0], code=done.returncode
            )
        )
    return _text(done.stdout, name)


def _from_keyring(place: str, name: str) -> str:
    service, _slash, user = place.rpartition("/")
    if not (service and user):
        raise SecretError(
            _("{name}: keyring:{place} is not of the form keyring:SERVICE/USER.").format(name=name, place=place)
        )
    try:
        import keyring  # type: ignore[import-not-found,unused-ignore]
        from keyring.errors import KeyringError  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        raise SecretError(
            _('{name}: keyring is not installed. Run: pip install "eventa-cockpit[keyring]"').format(name=name)
        ) from None
    try:
        value = _in_time(lambda: keyring.get_password(service, user), name, "keyring")
    except KeyringError as error:
        reason = type(error).__name__
        raise SecretError(
            _("{name}: the keyring did not give it ({reason}). Look with: keyring get {service} {user}").format(
                name=name, reason=reason, service=shlex.quote(service), user=shlex.quote(user)
            )
        ) from None
    if value is None:
        raise SecretError(
            _("{name}: the keyring has no {service}/{user}.").format(name=name, service=service, user=user)
        )
    return str(value)


def _from_aws(identifier: str, name: str) -> str:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    def ask() -> Any:
        limits = Config(connect_timeout=CONNECT_S, read_timeout=READ_S, retries={"total_max_attempts": 2})
        # A session of its own: the shared one would remember credentials that have changed since.
        return boto3.Session().client("secretsmanager", config=limits).get_secret_value(SecretId=identifier)

    try:
        answer = _in_time(ask, name, "AWS Secrets Manager")
    except (BotoCoreError, ClientError) as error:
        reason = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
        raise SecretError(
            _("{name}: AWS Secrets Manager did not give {identifier}: {reason}.").format(
                name=name, identifier=identifier, reason=clean_line(reason)
            )
        ) from None
    return str(answer["SecretString"]) if "SecretString" in answer else _text(answer["SecretBinary"], name)


def _in_time(work: Callable[[], T], name: str, keeper: str) -> T:
    """What `work` gives. Raises what it raises, and SecretError once it has taken too long; it is not waited for."""
    answers: queue.SimpleQueue[Callable[[], T]] = queue.SimpleQueue()

    def ask() -> None:
        try:
            value = work()
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            answers.put(partial(_raise, error))
        else:
            answers.put(lambda: value)

    threading.Thread(target=ask, name="secret", daemon=True).start()
    try:
        answer = answers.get(timeout=COMMAND_S)
    except queue.Empty:
        raise SecretError(
            _("{name}: {program} gave nothing within {seconds:.0f} s.").format(
                name=name, program=keeper, seconds=COMMAND_S
            )
        ) from None
    return answer()


def _raise(error: BaseException) -> NoReturn:
    raise error


def _from_prompt(_rest: str, name: str) -> str:
    raise SecretWantedError(_("{name} has to be typed.").format(name=name))


def _text(data: bytes, name: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise SecretError(_("{name} is not UTF-8 text.").format(name=name)) from None


PROVIDERS: dict[str, Callable[[str, str], str]] = {
    "env": _from_environment,
    "file": _from_file,
    "command": _from_command,
    "keyring": _from_keyring,
    "aws-secretsmanager": _from_aws,
    "prompt": _from_prompt,
}
