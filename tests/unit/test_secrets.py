"""A secret comes from where the configuration says, or the sentence says why not; never with the value in it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

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


def test_a_keyring_that_is_not_installed_is_a_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)

    assert "pip install" in refusal("keyring:eventa/admin")


def test_aws_without_credentials_is_a_sentence(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-northeast-1")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)

    assert "AWS Secrets Manager did not give eventa/admin" in refusal("aws-secretsmanager:eventa/admin")
