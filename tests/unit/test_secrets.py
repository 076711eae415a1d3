"""A secret comes from where the configuration says, or the sentence says why not; never with the value in it."""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from eventa_cockpit.errors import SecretError
from eventa_cockpit.secrets import SecretWantedError, read_secret

VALUE = "a-value-of-some-length"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text(f"{VALUE}\n")
    path.chmod(0o600)
    return path


def refusal(place: str) -> str:
    with pytest.raises(SecretError) as caught:
        read_secret(place, name="TOKEN")
    sentence = str(caught.value)
    assert "TOKEN" in sentence
    assert VALUE not in sentence
    return sentence


def test_from_the_environment(monkeypatch):
    monkeypatch.setenv("ADMIN_TOKEN", VALUE)

    assert read_secret("env:ADMIN_TOKEN", name="TOKEN") == VALUE
    assert "NO_SUCH_VARIABLE" in refusal("env:NO_SUCH_VARIABLE")


def test_from_a_file_without_its_last_line_end(file):
    assert read_secret(f"file:{file}", name="TOKEN") == VALUE


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o620])
def test_a_file_that_others_may_open_is_refused_with_the_command_that_mends_it(mode, file):
    file.chmod(mode)

    assert f"chmod 600 {file}" in refusal(f"file:{file}")


def test_a_link_is_not_followed(file, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(file)

    assert "symbolic link" in refusal(f"file:{link}")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_user_is_refused(file):
    os.chown(file, 12345, -1)

    assert "another user" in refusal(f"file:{file}")


def test_what_is_no_usable_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe", 0o600)
    (tmp_path / "binary").write_bytes(b"\xff\xfe\xfd" * 10)
    (tmp_path / "large").write_bytes(b"x" * 100_000)
    for name in ("binary", "large"):
        (tmp_path / name).chmod(0o600)

    assert "regular file" in refusal(f"file:{tmp_path}/pipe")
    assert "regular file" in refusal(f"file:{tmp_path}")
    assert "UTF-8" in refusal(f"file:{tmp_path}/binary")
    assert "too large" in refusal(f"file:{tmp_path}/large")
    assert "No such file" in refusal(f"file:{tmp_path}/none")
    assert "absolute" in refusal("file:token")


def test_from_a_command_without_a_shell(tmp_path):
    place = f'command:{sys.executable} -c "import sys; print(sys.argv[1])" "{VALUE} $HOME;x"'

    assert read_secret(place, name="TOKEN") == f"{VALUE} $HOME;x"


def test_a_command_that_gives_nothing_is_refused(monkeypatch):
    monkeypatch.setattr("eventa_cockpit.secrets.COMMAND_S", 0.2)

    assert "ended with 3" in refusal(f"command:{sys.executable} -c \"import sys; print('{VALUE}'); sys.exit(3)\"")
    assert "within" in refusal("command:sleep 60")
    assert "cannot be run" in refusal("command:/no/such/program")
    assert "names no program" in refusal("command:")
    assert "split into words" in refusal("command:op 'read")
    assert "is empty" in refusal("command:true")


def test_a_prompt_is_left_to_the_screen():
    with pytest.raises(SecretWantedError):
        read_secret("prompt:", name="TOKEN")


@pytest.mark.parametrize("place", [VALUE, "vault:x", "", "ENV:TOKEN"])
def test_another_place_is_refused_with_those_that_there_are(place):
    assert "env:, file:, command:" in refusal(place)


@pytest.mark.parametrize("value", ["abcde", "  a b c d e  ", "abc\ndef\0"])
def test_a_value_that_cannot_be_masked_or_be_a_variable_is_refused(value, file):
    file.write_bytes(value.encode())

    refusal(f"file:{file}")


class Ring:
    """A keyring of its own, on a real file, as the library's own interface wants it."""

    def __init__(self, folder: Path) -> None:
        keyring = pytest.importorskip("keyring")
        backend = pytest.importorskip("keyring.backend")
        path = folder / "ring.json"
        self.failure: Exception | None = None
        self.patience_s = 0.0
        ring = self

        class FileKeyring(backend.KeyringBackend):
            priority = 1

            def get_password(self, service: str, username: str) -> str | None:
                time.sleep(ring.patience_s)
                if ring.failure is not None:
                    raise ring.failure
                return json.loads(path.read_text()).get(f"{service}|{username}")

            def set_password(self, service: str, username: str, password: str) -> None:
                known = json.loads(path.read_text()) if path.exists() else {}
                path.write_text(json.dumps({**known, f"{service}|{username}": password}))

            def delete_password(self, service: str, username: str) -> None:
                raise NotImplementedError

        self.errors = pytest.importorskip("keyring.errors")
        self.before = keyring.get_keyring()
        self.library = keyring
        keyring.set_keyring(FileKeyring())


@pytest.fixture
def ring(tmp_path: Path) -> Iterator[Ring]:
    made = Ring(tmp_path)
    yield made
    made.library.set_keyring(made.before)


@pytest.mark.parametrize("service", ["eventa", "https://api.eventa.app"])
def test_from_a_keyring(ring, service):
    ring.library.set_password(service, "admin", VALUE)

    assert read_secret(f"keyring:{service}/admin", name="TOKEN") == VALUE
    assert "the keyring has no eventa/nobody" in refusal("keyring:eventa/nobody")


@pytest.mark.parametrize("place", ["eventa", "/admin", "eventa/", ""])
def test_a_keyring_without_service_or_user_is_refused(place):
    assert "keyring:SERVICE/USER" in refusal(f"keyring:{place}")


@pytest.mark.parametrize("kind", ["NoKeyringError", "KeyringLocked", "InitError"])
def test_a_keyring_that_refuses_is_a_sentence_with_the_command_to_look(ring, kind):
    ring.failure = getattr(ring.errors, kind)(VALUE)

    assert f"({kind}). Look with: keyring get eventa admin" in refusal("keyring:eventa/admin")


def test_a_keyring_that_waits_to_be_unlocked_is_not_waited_for(ring, monkeypatch):
    monkeypatch.setattr("eventa_cockpit.secrets.COMMAND_S", 0.05)
    ring.patience_s = 2.0

    assert "keyring gave nothing within" in refusal("keyring:eventa/admin")


def test_a_keyring_that_is_not_installed_is_a_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)

    assert "pip install" in refusal("keyring:eventa/admin")


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of a real server that speaks Secrets Manager, to which the environment leads."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "AKIAEXAMPLEEXAMPLE00",
        "AWS_SECRET_ACCESS_KEY": "not-a-real-key",
        "AWS_DEFAULT_REGION": "ap-northeast-1",
    }.items():
        monkeypatch.setenv(name, value)
    yield boto3.client("secretsmanager")
    server.stop()


def test_from_aws_as_text_and_as_bytes(aws):
    aws.create_secret(Name="eventa/text", SecretString=f"{VALUE}\n")
    aws.create_secret(Name="eventa/bytes", SecretBinary=VALUE.encode())
    aws.create_secret(Name="eventa/other", SecretBinary=b"\xff\xfe\xfd" * 10)

    assert read_secret("aws-secretsmanager:eventa/text", name="TOKEN") == VALUE
    assert read_secret("aws-secretsmanager:eventa/bytes", name="TOKEN") == VALUE
    assert "UTF-8" in refusal("aws-secretsmanager:eventa/other")
    assert "did not give eventa/none: ResourceNotFoundException" in refusal("aws-secretsmanager:eventa/none")


def test_aws_that_does_not_answer_is_a_sentence(aws, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{silent.getsockname()[1]}")
        monkeypatch.setattr("eventa_cockpit.secrets.COMMAND_S", 0.5)

        assert "AWS Secrets Manager gave nothing within" in refusal("aws-secretsmanager:eventa/admin")


def test_aws_without_a_region_is_a_sentence(aws, monkeypatch):
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.delenv("AWS_DEFAULT_REGION")

    assert "NoRegionError" in refusal("aws-secretsmanager:eventa/admin")


def test_aws_without_credentials_is_a_sentence(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-northeast-1")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)

    assert "AWS Secrets Manager did not give eventa/admin" in refusal("aws-secretsmanager:eventa/admin")
