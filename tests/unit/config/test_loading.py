"""Reading `cockpit.toml`: what is found, and the one sentence that each kind of rubbish gets."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from eventa_cockpit.config import UNCONFIGURED, choose, find_config, load_config
from eventa_cockpit.errors import ConfigError

GOOD = """
service = "eventa"
runbooks = ["books", "/srv/books"]
state = "records"

[environments.prod]
production = true

[environments.prod.alertmanager]
urls = ["http://127.0.0.1:9093"]
every = 5

[environments.stg]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cockpit.toml"


def sentence_about(file: Path, text: str) -> str:
    file.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config(file)
    return str(caught.value)


def test_a_good_file_gives_its_environments_and_opens_the_first(file: Path) -> None:
    file.write_text(GOOD, "utf-8")

    config = load_config(file)

    assert list(config.environments) == ["prod", "stg"]
    assert config.environment == "prod"
    assert config.chosen.described_as("prod").is_production
    assert config.chosen.alertmanager is not None
    assert config.chosen.alertmanager.every == 5.0


def test_relative_places_are_beside_the_file(file: Path) -> None:
    file.write_text(GOOD, "utf-8")

    config = load_config(file)

    assert config.runbooks == [str(file.parent / "books"), "/srv/books"]
    assert config.state == file.parent / "records"
    assert config.path == file


def test_without_any_file_it_still_opens_and_counts_as_production() -> None:
    config = load_config()

    assert config.path is None
    assert config.environment == UNCONFIGURED
    assert config.chosen.production
    assert config.chosen.alertmanager is None


def test_the_users_file_comes_before_the_machines(tmp_path: Path) -> None:
    system = tmp_path / "config-dirs" / "eventa-cockpit" / "cockpit.toml"
    user = tmp_path / "config-home" / "eventa-cockpit" / "cockpit.toml"
    for place in (system, user):
        place.parent.mkdir(parents=True)
        place.write_text(GOOD, "utf-8")

    assert find_config() == user
    user.unlink()
    assert find_config() == system


def test_the_variable_comes_before_the_folders_and_the_option_before_it(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = tmp_path / "named.toml"
    for place in (file, named):
        place.write_text(GOOD, "utf-8")
    monkeypatch.setenv("EVENTA_COCKPIT_CONFIG", str(named))

    assert find_config() == named
    assert find_config(file) == file


def test_a_named_file_that_is_not_there_says_who_named_it(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match=r"does not exist \(--config names it\).*cockpit config init"):
        load_config(file)
    monkeypatch.setenv("EVENTA_COCKPIT_CONFIG", str(file))
    with pytest.raises(ConfigError, match=r"\$EVENTA_COCKPIT_CONFIG names it"):
        load_config()


def test_another_environment_can_be_chosen_and_a_misspelt_one_is_recognised(file: Path) -> None:
    file.write_text(GOOD, "utf-8")
    config = load_config(file)

    assert choose(config, "stg").environment == "stg"
    with pytest.raises(ConfigError, match=r'no environment "prd".*Did you mean "prod"\? It has: prod, stg'):
        choose(config, "prd")


PROD = "[environments.prod]\n"
SENTRY = '[environments.prod.sentry]\norganization = "o"\nproject = "p"\n'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("servise = 1\n" + PROD, '1: servise: this key is unknown. Did you mean "service"?'),
        (PROD + "prod = true\n", "2: environments.prod.prod: this key is unknown."),
        (PROD + "\n[environments.prod.alertmanager]\nurl = 1\n", '4: environments.prod.alertmanager.url: this key is unknown. Did you mean "urls"?'),  # noqa: E501
        (PROD + "\n[environments.prod.alertmanager]\nevery = 1\n", '3: environments.prod.alertmanager.urls: this key is missing. Give it a list of texts, such as ["…", "…"].'),  # noqa: E501
        (PROD + "[environments.prod.alertmanager]\nurls = 'x'\n", "3: environments.prod.alertmanager.urls: this is a text; it has to be a list of texts"),  # noqa: E501
        (PROD + "[environments.prod.alertmanager]\nurls = [1]\n", "3: environments.prod.alertmanager.urls: this is a list; it has to be a list of texts"),  # noqa: E501
        (PROD + "production = 'yes'\n", "2: environments.prod.production: this is a text; it has to be true or false."),
        (PROD + "title = 2026-11-23\n", "2: environments.prod.title: this is a date or time; it has to be a text"),
        (PROD + "alertmanager = 1\n", "2: environments.prod.alertmanager: this is a number; it has to be a table of its own, such as [environments.prod.alertmanager]."),  # noqa: E501
        ("service = 'x'\n", "environments: this key is missing."),
        ("[environments]\n", "1: environments: there is no environment."),
        ("path = '/x'\n" + PROD, "1: path: this key is unknown."),
        ("state = 3\n" + PROD, "1: state: this is a number; it has to be a path in quotes"),
        ("environment = 'prd'\n" + PROD, '1: environment: there is no environment "prd". This file has: prod.'),
        ("language = 'fr'\n" + PROD, '1: language: "fr" is not a language of the cockpit.'),
        ("timezone = 'Tokyo'\n" + PROD, '1: timezone: "Tokyo" is not a time zone'),
        ("timezone = '/etc/passwd'\n" + PROD, "1: timezone:"),
        (PROD + "[environments.prod.alertmanager]\nurls = ['am:9093']\n", '3: environments.prod.alertmanager.urls: "am:9093" does not begin with http://'),  # noqa: E501
        (PROD + "[environments.prod.alertmanager]\nurls = ['http://h:port']\n", "is not an address"),
        (PROD + "[environments.prod.alertmanager]\nurls = ['http:///x']\n", "has no host"),
        (PROD + "[environments.prod.alertmanager]\nurls = ['http://me:pw@h']\n", "holds a name or password"),
        (PROD + "[environments.prod.alertmanager]\nurls = []\n", "3: environments.prod.alertmanager.urls: the list is empty."),  # noqa: E501
        (PROD + "[environments.prod.alertmanager]\nurls = ['http://h']\nevery = 0\n", "4: environments.prod.alertmanager.every: this has to be more than 0"),  # noqa: E501
        (PROD + SENTRY + "token = 'sntrys_abcdef'\n", "5: environments.prod.sentry.token: this has to say where the secret is"),  # noqa: E501
        (PROD + "[environments.prod.secrets]\nADMIN_TOKEN = 'hunter22'\n", "3: environments.prod.secrets.ADMIN_TOKEN: this has to say where"),  # noqa: E501
        (PROD + "[environments.prod.status_pages.stripe]\nevery = 1\n", "2: environments.prod.status_pages.stripe.url: this key is missing."),  # noqa: E501
        ("service = \n" + PROD, "1: this is not TOML: Invalid value"),
        ("service = 'a'\nservice = 'b'\n" + PROD, "this is not TOML: Cannot overwrite a value"),
        ("\0\0", "1: this is not TOML:"),
        ("", "is empty. Fill it with: cockpit config init"),
    ],
)  # fmt: skip
def test_rubbish_gets_a_sentence_with_line_and_key(file: Path, text: str, sentence: str) -> None:
    said = sentence_about(file, text)

    assert said.startswith(str(file))
    assert sentence in said
    assert "\n" not in said


def test_a_secret_written_by_mistake_is_never_repeated(file: Path) -> None:
    said = sentence_about(file, PROD + SENTRY + "token = 'sntrys_abcdef'\n")

    assert "sntrys" not in said


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"is a folder, not a file\. Name the file in it: .*/cockpit\.toml"):
        load_config(tmp_path)


def test_text_that_is_not_utf8_names_its_line(file: Path) -> None:
    file.write_bytes(b"service = 'a'\ntitle = '\xb7\xb9'\n")

    with pytest.raises(ConfigError, match=r"cockpit\.toml:2: this is not UTF-8 text"):
        load_config(file)


def test_a_byte_order_mark_is_no_matter(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())

    assert load_config(file).environment == "prod"


def test_a_file_that_cannot_be_read_says_why(file: Path) -> None:
    file.symlink_to(file)  # a loop: unreadable for root as well

    with pytest.raises(ConfigError, match=r"cannot be read: Too many levels of symbolic links"):
        load_config(file)


def test_reading_the_configuration_loads_nothing_heavy() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from eventa_cockpit.config import load_config; load_config();"
        "print([m for m in ('textual', 'httpx', 'boto3', 'click', 'yaml', 'difflib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    assert done.stdout.strip() == "[]"
