"""Finds and reads `cockpit.toml`. `explaining` and `checking` say what is wrong with a file, in one sentence."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from eventa_cockpit.config.checking import first_problem
from eventa_cockpit.config.explaining import at_key, explain, nearest
from eventa_cockpit.config.shapes import Config, EnvironmentConfig
from eventa_cockpit.errors import ConfigError
from eventa_cockpit.folders import CONFIG_VARIABLE, system_configs, user_config
from eventa_cockpit.locale import _

OBJECTIVES = ("slo.yml", "slo.yaml")
SHIPPED_OBJECTIVES = Path(__file__).resolve().parent.parent / "runbooks" / "slo.yml"
UNCONFIGURED = "unconfigured"
"""Name of the environment when there is no file. It counts as production: nobody said that it is safe."""


def find_config(path: Path | None = None) -> Path | None:
    """The file that counts: `path`, $EVENTA_COCKPIT_CONFIG, the user's, the machine's; None when there is none.

    Raises ConfigError when one that was named does not exist.
    """
    if path is not None:
        return _named(path, "--config")
    variable = os.environ.get(CONFIG_VARIABLE)
    if variable:
        return _named(Path(variable).expanduser(), f"${CONFIG_VARIABLE}")
    candidates = [Path(candidate) for candidate in (user_config(), *system_configs())]
    return next((candidate for candidate in candidates if os.path.lexists(candidate)), None)


def load_config(path: Path | None = None) -> Config:
    """The configuration, with an existing `environment` and with paths made absolute.

    Without any file: no upstreams, the runbooks that come with the cockpit, and one environment named UNCONFIGURED.
    Raises ConfigError with a sentence that names the file, the line, the key and the way out.
    """
    found = find_config(path)
    if found is None:
        return Config(environments={UNCONFIGURED: EnvironmentConfig(production=True)}, environment=UNCONFIGURED)
    text = _read(found)
    data = _parse(found, text)
    config = _decode(found, text, data)
    problem = first_problem(config)
    if problem is not None:
        raise ConfigError(at_key(found, text, *problem))
    return _settled(config, found)


def choose(config: Config, environment: str) -> Config:
    """The same configuration with another environment open. Raises ConfigError when it has none of that name."""
    if environment in config.environments:
        return msgspec.structs.replace(config, environment=environment)
    raise ConfigError(
        _('There is no environment "{name}" in {file}.{hint} It has: {names}.').format(
            name=environment,
            file=config.path or _("the configuration"),
            hint=nearest(environment, config.environments),
            names=", ".join(config.environments),
        )
    )


def _named(path: Path, source: str) -> Path:
    if not os.path.lexists(path):
        raise ConfigError(
            _("{file} does not exist ({source} names it). Make one with: cockpit config init --path {file}").format(
                file=path, source=source
            )
        )
    return path


def _read(path: Path) -> str:
    try:
        data = path.read_bytes()
    except IsADirectoryError:
        raise ConfigError(
            _("{file} is a folder, not a file. Name the file in it: {file}/cockpit.toml").format(file=path)
        ) from None
    except OSError as error:
        raise ConfigError(
            _("{file} cannot be read: {reason}. See who may read it: ls -l {file}").format(
                file=path, reason=error.strerror
            )
        ) from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            _("{file}:{line}: this is not UTF-8 text. Save the file as UTF-8.").format(file=path, line=line)
        ) from None
    if not text.strip():
        raise ConfigError(
            _("{file} is empty. Fill it with: cockpit config init --force --path {file}").format(file=path)
        )
    return text


def _parse(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason, _at, place = str(error).rpartition(" (at ")
        line = place.split()[1].rstrip(",)") if place.startswith("line ") else str(text.count("\n") + 1)
        raise ConfigError(
            _("{file}:{line}: this is not TOML: {reason}. Mend that line, then run: cockpit config check").format(
                file=path, line=line, reason=reason or error
            )
        ) from None


def _decode(path: Path, text: str, data: dict[str, Any]) -> Config:
    try:
        config = msgspec.convert(data, Config, dec_hook=_to_path)
    except msgspec.ValidationError as error:
        raise ConfigError(explain(path, text, data, str(error))) from None
    if config.path is not None:  # a field of ours, which the file must not set
        raise ConfigError(explain(path, text, data, ""))
    return config


def _to_path(kind: type, value: object) -> Path:
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise TypeError


def _settled(config: Config, path: Path) -> Config:
    folder = path.absolute().parent
    return msgspec.structs.replace(
        config,
        path=path.absolute(),
        environment=config.environment or next(iter(config.environments)),
        environments={
            name: _with_objectives(environment, folder, config.runbooks)
            for name, environment in config.environments.items()
        },
        runbooks=[str(folder / Path(place).expanduser()) for place in config.runbooks],
        state=None if config.state is None else folder / config.state.expanduser(),
        trusted_signers=None if config.trusted_signers is None else folder / config.trusted_signers.expanduser(),
    )


def _with_objectives(environment: EnvironmentConfig, folder: Path, runbooks: list[str]) -> EnvironmentConfig:
    """The environment with its file of objectives found: the one it names, else one beside the runbooks, else ours."""
    slo = environment.slo
    if slo is None:
        return environment
    if slo.file is not None:
        file = folder / Path(slo.file).expanduser()
    else:
        places = [folder / Path(place).expanduser() / name for place in runbooks for name in OBJECTIVES]
        file = next((place for place in places if place.is_file()), SHIPPED_OBJECTIVES)
    return msgspec.structs.replace(environment, slo=msgspec.structs.replace(slo, file=str(file)))
