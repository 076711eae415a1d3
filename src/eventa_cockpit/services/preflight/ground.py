"""What the checks of a preflight start from: one runbook, one environment, and what its commands would get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from eventa_cockpit.config import Config, EnvironmentConfig
from eventa_cockpit.domain.runbook import Command, Parameter, Runbook
from eventa_cockpit.services.command_environment import command_environment, inherited_secrets
from eventa_cockpit.services.diagnosis.tools import programs_in


@dataclass(frozen=True)
class Ground:
    """Nothing is read or asked yet."""

    runbook: Runbook
    config: Config
    caller: Mapping[str, str]
    """The cockpit's own variables."""
    state: Path
    given: frozenset[str] = frozenset()
    """Names of parameters that a responder has given in this incident."""

    @property
    def environment(self) -> EnvironmentConfig:
        return self.config.chosen

    @cached_property
    def commands(self) -> tuple[Command, ...]:
        return tuple(command for step in self.runbook.steps for command in step.commands)

    @cached_property
    def programs(self) -> frozenset[str]:
        """That its commands call on this machine."""
        return frozenset(program for command in self.commands for program in programs_in(command))

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Of all its commands, each name once."""
        return tuple({entry.name: entry for command in self.commands for entry in command.parameters}.values())

    @cached_property
    def variables(self) -> Mapping[str, str]:
        """What a command would get, but for the runbook's values and the configured secrets."""
        configured = self.environment.variables
        return {**inherited_secrets(self.caller, configured), **command_environment(self.caller, configured, {})}
