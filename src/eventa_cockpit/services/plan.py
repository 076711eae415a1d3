"""Plans: what would run if a step were started now, with everything a responder has to see before it does."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from eventa_cockpit.cleaning import suspicious
from eventa_cockpit.config import EnvironmentConfig
from eventa_cockpit.domain.confirmation import Confirmation, confirmation_for, raised_to_yes
from eventa_cockpit.domain.environment import Environment
from eventa_cockpit.domain.incident import Incident
from eventa_cockpit.domain.pausing import in_the_way
from eventa_cockpit.domain.runbook import Command, Parameter, Risk, Runbook, Step
from eventa_cockpit.domain.step_record import StepState
from eventa_cockpit.errors import RunbookError
from eventa_cockpit.locale import _
from eventa_cockpit.runbook.parameters import secret_variable
from eventa_cockpit.runbook.rendering import Rendering, render
from eventa_cockpit.services.trust import UNASKED, Trust, Vetting, typed_by


class ValueSource(StrEnum):
    """Where a parameter's value comes from, the first one that has it."""

    INCIDENT = "incident"
    """Given by a responder in this incident."""
    ENVIRONMENT = "environment"
    """The configuration's `parameters` of the environment."""
    RUNBOOK = "runbook"
    """The front matter of the runbook's file."""
    COMMAND = "command"
    """`${X:-default}` in the command itself."""


@dataclass(frozen=True, slots=True)
class Value:
    """A parameter's value and where it comes from."""

    name: str
    value: str
    source: ValueSource


class SecretSource(StrEnum):
    """How a secret gets to the command."""

    CONFIGURED = "configured"
    TYPED = "typed"
    """Asked for at the keyboard, without echo, each time."""


@dataclass(frozen=True, slots=True)
class SecretNeed:
    """A secret that the command names."""

    name: str
    """Of the parameter."""
    source: SecretSource
    place: str = ""
    """Where the configuration says it is: `file:/run/secrets/admin`. Never the value."""


@dataclass(frozen=True, slots=True)
class StepPlan:
    """One command of a step, as it would run now."""

    runbook: Runbook
    step: Step
    command_index: int
    environment: Environment
    rendering: Rendering
    """The exact script, and its preview."""
    confirmation: Confirmation
    attempt: int
    """1 for the step's first run in this incident. A plan is good for this one run only."""
    values: tuple[Value, ...] = ()
    """Of the command's parameters that have one."""
    missing: tuple[Parameter, ...] = ()
    """Ordinary parameters that have to be asked for; `Session.set_parameters` remembers them."""
    secrets: tuple[SecretNeed, ...] = ()
    blocked_because: str = ""
    """A sentence that says why it cannot be started now, or empty."""
    trust: Trust = UNASKED
    """Why the text may run; a new or changed one is approved by the run's confirmation."""
    oddities: tuple[str, ...] = ()
    """Why its text may not be what it looks like: `cleaning.suspicious`."""
    digest: str = ""
    """Of the script and of the values that it reads, as shown: nothing else is started by this plan."""
    settles: str = ""
    """Id of the obligation that it is run for."""
    written: Command | None = None
    """The runbook's own command, where a responder edited it."""
    in_the_way: Step | None = None
    """An earlier step of the phase that went wrong: running this one goes past it, on record."""

    @property
    def edited(self) -> str:
        """What a responder made of the runbook's text; empty when it is as written."""
        return self.command.text if self.written is not None else ""

    @property
    def command(self) -> Command:
        return self.step.commands[self.command_index]

    @property
    def risk(self) -> Risk:
        return self.command.risk

    @property
    def risk_rule(self) -> str:
        return self.command.risk_rule

    @property
    def secrets_to_type(self) -> tuple[SecretNeed, ...]:
        """Those that have to be handed to `Session.start_step`."""
        return tuple(need for need in self.secrets if need.source is SecretSource.TYPED)

    @property
    def is_ready(self) -> bool:
        """Nothing is missing but the confirmation and the secrets that are typed."""
        return not self.blocked_because and self.rendering.is_ready


Hindrance = Callable[[Runbook, Step, Command, Mapping[str, str]], str]
"""Why a command with these values must not run here, in one sentence; empty when it may."""


def unhindered(_runbook: Runbook, _step: Step, _command: Command, _values: Mapping[str, str]) -> str:
    """Where nothing is known of the machine: for programs that make their own commands."""
    return ""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a plan depends on besides the step itself."""

    environment: Environment
    config: EnvironmentConfig
    incident: Incident
    is_read_only: bool = False
    vetting: Vetting | None = None
    """None where nobody keeps approvals."""
    responder: str = ""
    hindrance: Hindrance = unhindered
    """What is known of this machine and this environment that forbids a command."""

    def trust_in(self, runbook: Runbook, step: Step, command_index: int) -> Trust:
        return UNASKED if self.vetting is None else self.vetting.trust_in(runbook, step, command_index)


def bytes_digest(script: str, environment: Mapping[str, str]) -> str:
    """SHA-256, hex, of everything that a responder is shown of what will run."""
    shown = json.dumps([script, sorted(environment.items())])
    return hashlib.sha256(shown.encode()).hexdigest()


def plan(setting: Setting, runbook: Runbook, step: Step, command_index: int = 0, *, edited: str = "") -> StepPlan:
    """`edited` is run instead of the runbook's text, if it is another one.

    Raises RunbookError when the step has no such command.
    """
    if not 0 <= command_index < len(step.commands):
        raise RunbookError(_("Step {number} has no command to run; it is done by hand.").format(number=step.number))
    written = step.commands[command_index] if edited not in {"", step.commands[command_index].text} else None
    if written is not None:
        from eventa_cockpit.runbook.commands import edited_command  # with the reading of Markdown

        step = _with_command(step, command_index, edited_command(written, edited))
    command = _with_configured_secrets(step.commands[command_index], setting.config)
    values = _values(setting, runbook, command)
    secrets = _secrets(setting.config, command)
    rendering = render(command, {entry.name: entry.value for entry in values}, secrets={need.name for need in secrets})
    record = setting.incident.step(runbook.id, step.id)
    if written is None:
        trust = setting.trust_in(runbook, step, command_index)
    else:
        trust = typed_by(setting.responder, written, step.commands[command_index])
    blocker = in_the_way(runbook, step.id, lambda other: setting.incident.step(runbook.id, other))
    oddities = _oddities(step, command)
    confirmation = confirmation_for(command.risk, setting.environment, command.annotation.confirm)
    if trust.needs_approval or oddities or record.state is StepState.LOST or written or blocker:
        confirmation = raised_to_yes(confirmation)
    return StepPlan(
        runbook=runbook,
        step=step,
        command_index=command_index,
        environment=setting.environment,
        rendering=rendering,
        confirmation=confirmation,
        attempt=record.attempt_count + 1,
        values=values,
        missing=tuple(parameter for parameter in rendering.missing if not parameter.is_secret),
        secrets=secrets,
        blocked_because=blocked_because(setting, runbook, step, command),
        trust=trust,
        oddities=oddities,
        digest=bytes_digest(rendering.script, rendering.environment),
        written=written,
        in_the_way=blocker,
    )


def _with_command(step: Step, index: int, command: Command) -> Step:
    return replace(step, commands=(*step.commands[:index], command, *step.commands[index + 1 :]))


def blocked_because(setting: Setting, runbook: Runbook, step: Step, command: Command) -> str:
    """Why the command cannot be started now, in one sentence; empty when it can."""
    if not setting.incident.is_open:
        return _("This incident is closed. Declare a new one to run anything.")
    for annotation in (command.annotation, step.annotation):
        if annotation.environments and setting.environment.name not in annotation.environments:
            return _("The runbook allows this step in {names} only; this is {environment}.").format(
                names=", ".join(annotation.environments), environment=setting.environment.name
            )
    running = setting.incident.step(runbook.id, step.id).running
    if running:
        return _("{who} runs this step already.").format(who=running[0].by or _("Somebody"))
    if setting.is_read_only and command.risk is not Risk.READ:
        return _("You only watch so far. Take control first to run something that changes {environment}.").format(
            environment=setting.environment.name
        )
    values = {entry.name: entry.value for entry in _values(setting, runbook, command)}
    return setting.hindrance(runbook, step, command, values)


def _oddities(step: Step, command: Command) -> tuple[str, ...]:
    """Full-width letters are ordinary in a Japanese title, and in a command they are not."""
    of_title = (entry for entry in suspicious(step.title) if not entry.startswith("full-width"))
    return tuple(dict.fromkeys((*suspicious(command.text), *of_title)))


def _values(setting: Setting, runbook: Runbook, command: Command) -> tuple[Value, ...]:
    sources = (
        (ValueSource.INCIDENT, setting.incident.parameters),
        (ValueSource.ENVIRONMENT, setting.config.parameters),
        (ValueSource.RUNBOOK, runbook.parameters.get(setting.environment.name, {})),
        (ValueSource.RUNBOOK, runbook.parameters.get("*", {})),
    )
    found: dict[str, Value] = {}
    for parameter in command.parameters:
        if parameter.is_secret:
            continue
        value = next(
            (
                Value(parameter.name, values[parameter.name], source)
                for source, values in sources
                if values.get(parameter.name)
            ),
            None,
        )
        if value is None and parameter.default:
            value = Value(parameter.name, parameter.default, ValueSource.COMMAND)
        if value is not None:
            found[parameter.name] = value
    return tuple(found.values())


PROMPT = "prompt:"


def _with_configured_secrets(command: Command, config: EnvironmentConfig) -> Command:
    """What the configuration calls a secret is one, whatever its name looks like."""
    return replace(
        command,
        parameters=tuple(
            replace(parameter, is_secret=True) if _place(config, parameter) else parameter
            for parameter in command.parameters
        ),
    )


def _secrets(config: EnvironmentConfig, command: Command) -> tuple[SecretNeed, ...]:
    """Only those that the command names: what it does not name, it does not get."""
    needs: dict[str, SecretNeed] = {}
    for parameter in command.parameters:
        place = _place(config, parameter)
        if not parameter.is_secret or (not place and parameter.default is not None):
            continue
        is_typed = not place or place.startswith(PROMPT)
        source = SecretSource.TYPED if is_typed else SecretSource.CONFIGURED
        needs[parameter.name] = SecretNeed(parameter.name, source, place)
    return tuple(needs.values())


def _place(config: EnvironmentConfig, parameter: Parameter) -> str:
    """Where the configuration says that its value is; a placeholder `<admin token>` is looked up as ADMIN_TOKEN too."""
    return config.secrets.get(parameter.name) or config.secrets.get(secret_variable(parameter.name), "")
