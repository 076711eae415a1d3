"""What the options before any subcommand say, and the configuration they lead to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from eventa_cockpit.config import Config, choose, load_config
from eventa_cockpit.locale import use_language


@dataclass(frozen=True, slots=True)
class Options:
    """The options of `cockpit` itself; a subcommand gets them with `@pass_options`."""

    path: Path | None = None
    environment: str = ""
    language: str = ""

    def config(self) -> Config:
        """The configuration with the environment that was asked for; chooses the language. Raises ConfigError."""
        config = load_config(self.path)
        use_language(self.language or config.language)
        return choose(config, self.environment) if self.environment else config
