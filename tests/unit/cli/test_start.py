"""What starting costs, and how the command ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from eventa_cockpit import __version__
from eventa_cockpit.cli import main, plain
from eventa_cockpit.cli.chosen import Options
from eventa_cockpit.cli.group import COMMANDS, cockpit

HEAVY = ("boto3", "botocore", "kubernetes", "httpx", "moto", "textual", "rich", "asyncio", "yaml", "tree_sitter")


def test_importing_the_command_line_loads_nothing_heavy() -> None:
    code = f"import sys, eventa_cockpit.cli; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)

    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0

    assert f"Usage: cockpit {name}" in capsys.readouterr().out
    command = cockpit.get_command(None, name)  # type: ignore[arg-type]
    assert command is not None
    assert command.help


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0

    assert capsys.readouterr().out == f"cockpit, version {__version__}\n"


def test_a_command_that_is_not_there_ends_with_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doktor"]) == 2

    assert "doktor" in capsys.readouterr().err


def test_the_path_and_the_check_name_the_file_that_counts(tmp_path: object, capsys: pytest.CaptureFixture[str]) -> None:
    file = f"{tmp_path}/cockpit.toml"
    assert main(["config", "init", "--path", file]) == 0
    assert main(["--config", file, "config", "path"]) == 0
    assert main(["--config", file, "config", "check"]) == 0

    said = capsys.readouterr().out
    assert f"{file}\n" in said
    assert f"{file} is in order. Environments: prod." in said


def test_a_configuration_that_is_there_is_not_replaced_without_being_told_to(
    tmp_path: object, capsys: pytest.CaptureFixture[str]
) -> None:
    file = f"{tmp_path}/cockpit.toml"
    assert main(["config", "init", "--path", file]) == 0
    assert main(["config", "init", "--path", file]) == 2
    assert main(["config", "init", "--path", file, "--force"]) == 0

    assert "was left as it is" in capsys.readouterr().err


def test_without_a_configuration_the_check_says_where_it_looked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "check"]) == 2

    assert "Make one with: cockpit config init" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        ([], Options()),
        (["--env", "stg"], Options(environment="stg")),
        (["--config=c.toml", "--language", "ja"], Options(Path("c.toml"), "", "ja")),
    ],
)
def test_a_plain_start_is_understood_without_a_parser(arguments: list[str], options: Options) -> None:
    assert plain.options_of(arguments) == options


@pytest.mark.parametrize(
    "arguments",
    [
        ["doctor"],
        ["--help"],
        ["--env"],
        ["--env", "--help"],
        ["--env="],
        ["--language", "fr"],
        ["--state", "/x"],
        ["-h"],
    ],
)
def test_whatever_is_more_than_a_plain_start_goes_to_the_parser(arguments: list[str]) -> None:
    assert plain.options_of(arguments) is None


def test_a_plain_start_imports_no_parser() -> None:
    code = (
        "import sys; from eventa_cockpit.cli import plain, opening; import eventa_cockpit.app; "
        "print('click' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    assert done.stdout == "False\n"
