"""`cockpit config`: make, find and check the configuration file."""

from __future__ import annotations

from pathlib import Path

import click

from eventa_cockpit.cli.options import Options, pass_options
from eventa_cockpit.config import Config, find_config
from eventa_cockpit.errors import ConfigError
from eventa_cockpit.folders import system_configs, user_config
from eventa_cockpit.locale import _


@click.group()
def config() -> None:
    """Make, find or check the configuration file."""


@config.command()
@click.option("--path", type=click.Path(path_type=Path), help="Where to write it; otherwise the user's own place.")
@click.option("--force", is_flag=True, help="Replace a file that is already there.")
def init(path: Path | None, *, force: bool) -> None:
    """Write a configuration file that explains every key."""
    from eventa_cockpit.config.reference import commented_file

    target = path or Path(user_config())
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("w" if force else "x", encoding="utf-8") as file:
            file.write(commented_file())
    except FileExistsError:
        raise ConfigError(
            _("{file} is already there and was left as it is. Replace it with: cockpit config init --force").format(
                file=target
            )
        ) from None
    except OSError as error:
        raise ConfigError(
            _("{file} cannot be written: {reason}. Choose another place: cockpit config init --path FILE").format(
                file=target, reason=error.strerror
            )
        ) from None
    click.echo(_("Written: {file}. Fill in your upstreams, then run: cockpit doctor").format(file=target))


@config.command()
@pass_options
def check(options: Options) -> None:
    """Read the configuration and say what is wrong with it."""
    if find_config(options.path) is None:
        raise ConfigError(_no_file())
    loaded = options.config()
    _check_plugins(loaded)
    click.echo(
        _("{file} is in order. Environments: {names}.").format(file=loaded.path, names=", ".join(loaded.environments))
    )


@config.command()
@pass_options
def path(options: Options) -> None:
    """Print which file counts."""
    found = find_config(options.path)
    if found is None:
        raise ConfigError(_no_file())
    click.echo(found)


def _check_plugins(config: Config) -> None:
    """Raises ConfigError for the first plug-in, of any environment, that cannot be imported or refuses its table."""
    from eventa_cockpit.config import choose
    from eventa_cockpit.errors import UpstreamError
    from eventa_cockpit.integrations.plugins import PluginSource
    from eventa_cockpit.integrations.registry import configured_sources

    for name, environment in config.environments.items():
        sources = configured_sources(choose(config, name)) if environment.plugins else ()
        for source in sources:
            if isinstance(source, PluginSource):
                try:
                    source.check()
                except UpstreamError as error:
                    raise ConfigError(str(error)) from None


def _no_file() -> str:
    return _("There is no configuration. Looked at: {places}. Make one with: cockpit config init").format(
        places=", ".join([user_config(), *system_configs()])
    )
