"""The plug-in that docs/integrations.md shows, word for word, installed as a package of its own."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.contract.loopback import Loopback, answer, answer_json, running

PAGE = Path(__file__).parents[2] / "docs" / "integrations.md"
FILES = re.compile(r"^`(?P<name>\w+\.(?:py|toml))`[^\n]*\n\n```\w+\n(?P<text>.*?)```", re.MULTILINE | re.DOTALL)
Cockpit = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the page's files, and the package installed in `installed` below it."""
    folder = tmp_path_factory.mktemp("queue-length")
    for found in FILES.finditer(PAGE.read_text()):
        (folder / found["name"]).write_text(found["text"])
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*command, "--target", str(folder / "installed"), str(folder)], check=True)
    return folder


@pytest.fixture
def upstream() -> Iterator[Loopback]:
    with running() as loopback:
        loopback.behaviour = answer_json({"messages_ready": 17})
        yield loopback


@pytest.fixture
def cockpit(package: Path, upstream: Loopback, tmp_path: Path) -> Cockpit:
    def run(*arguments: str, table: str = "", installed: str = "installed") -> subprocess.CompletedProcess[str]:
        text = table or (package / "cockpit.toml").read_text()
        config = tmp_path / "cockpit.toml"
        config.write_text(text.replace("https://queue.example", upstream.url))
        environment = {**os.environ, "PYTHONPATH": str(package / installed), "LC_ALL": "C.UTF-8"}
        command = [sys.executable, "-c", "from eventa_cockpit.entry import main; main()", "--config", str(config)]
        return subprocess.run([*command, *arguments], env=environment, capture_output=True, text=True, check=False)

    return run


def test_it_passes_the_contract_that_it_is_tested_with(package: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(package / "installed")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(package)]
    done = subprocess.run(
        [*command, str(package / "test_queue_length.py")], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert int(re.findall(r"(\d+) passed", done.stdout)[0]) > 30


def test_its_readings_are_on_the_board(cockpit: Cockpit, upstream: Loopback) -> None:
    done = cockpit("status", "--json")
    (feed,) = json.loads(done.stdout)["feeds"]
    assert (done.returncode, feed["key"], feed["level"]) == (0, "plugin:payments", "good")
    assert feed["value"]["readings"][0]["points"][0]["value"] == 17
    upstream.behaviour = answer_json({"messages_ready": 501})
    assert cockpit("status").returncode == 1


def test_its_upstreams_failure_is_told_like_any_other(cockpit: Cockpit, upstream: Loopback) -> None:
    upstream.behaviour = answer(b"", status=404)
    done = cockpit("status")
    assert done.returncode == 3
    assert "? unknown  payments  ? unknown  the address does not exist there." in done.stdout


TABLE = "environments.prod.plugins.queue-length"
URL = 'url = "https://queue.example"'


@pytest.mark.parametrize(
    ("table", "line", "key", "sentence"),
    [
        (f"{URL}\nlongst = 5", 3, "longst", 'this key is unknown. Did you mean "longest"?'),
        ("url = 7\nlongest = 5", 2, "url", "this is a number; it has to be a text"),
        (URL, 1, "longest", "this key is missing."),
        ('plugin = "nothing"', 2, "plugin", 'no plug-in "nothing" is installed'),
        ("every = 0", 2, "every", "this has to be more than 0"),
    ],
)
def test_what_is_wrong_with_its_table_is_told_with_file_line_and_key(
    cockpit: Cockpit, table: str, line: int, key: str, sentence: str
) -> None:
    done = cockpit("config", "check", table=f"[{TABLE}]\n{table}\n")
    assert done.returncode == 2
    assert f"cockpit.toml:{line}: {TABLE}.{key}: {sentence}" in done.stderr


def test_one_that_cannot_be_imported_costs_its_own_feed(cockpit: Cockpit, package: Path, upstream: Loopback) -> None:
    broken = package / "broken"
    shutil.copytree(package / "installed", broken)
    (broken / "queue_length.py").write_text("import a_library_that_is_not_there\n")
    page = f'[environments.prod.status_pages.Stripe]\nurl = "{upstream.url}"\n'
    done = cockpit("status", "--json", table=(package / "cockpit.toml").read_text() + page, installed=broken.name)
    feeds = {feed["key"]: feed for feed in json.loads(done.stdout)["feeds"]}
    failure = feeds["plugin:payments"]["failure"]
    assert failure["kind"] == "defect"
    assert failure["detail"].startswith('The plug-in "queue-length" cannot be imported: ModuleNotFoundError')
    assert feeds["status:Stripe"]["failure"]["kind"] == "malformed", "it was asked all the same"
