"""Starting a planned step: claimed once among all sessions, on record, and only then run."""

from __future__ import annotations

import secrets as tokens
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from eventa_cockpit.config import EnvironmentConfig
from eventa_cockpit.domain.confirmation import Answer
from eventa_cockpit.domain.event import StepFinished, StepStarted
from eventa_cockpit.domain.expectation import expectation_of
from eventa_cockpit.domain.run import RunRequest, RunState
from eventa_cockpit.domain.runbook import Risk
from eventa_cockpit.errors import JournalError, RunError, SecretError, StepTakenError
from eventa_cockpit.journal.protocol import Journal
from eventa_cockpit.locale import _
from eventa_cockpit.runbook.inverse import inverse_of
from eventa_cockpit.runner import observing
from eventa_cockpit.runner.claiming import run_name
from eventa_cockpit.secrets import check_secret, read_secret
from eventa_cockpit.services.command_environment import command_environment, inherited_secrets
from eventa_cockpit.services.plan import SecretSource, StepPlan, bytes_digest


class Launcher(Protocol):
    """Starts runs: `runner.launching.Runner`."""

    def start(self, request: RunRequest) -> None:
        """Raises StepTakenError, SecretError or RunError; then the command was not started by us."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a command gets besides its script."""

    caller: Mapping[str, str]
    """The cockpit's own variables, of which a short list is handed on."""
    config: EnvironmentConfig
    cwd: Path
    """Folder in which commands run that name none."""


class Starter:
    """Starts steps for one session. Blocks; call it from a thread."""

    def __init__(self, journal: Journal, launcher: Launcher, runs: Path, surroundings: Surroundings) -> None:
        self._journal = journal
        self._launcher = launcher
        self._runs = runs
        self._surroundings = surroundings

    def start(self, plan: StepPlan, answer: Answer, secret_values: Mapping[str, str], size: tuple[int, int]) -> str:
        """The id of the run that was started. Raises as `Session.start_step` does."""
        self._check_bytes(plan)
        try:
            run_id = self._put_on_record(plan, answer)
        except JournalError as error:
            raise JournalError(
                _("The step was not started, because its start could not be recorded. {reason}").format(reason=error)
            ) from error
        try:
            self._launcher.start(self._request(plan, run_id, secret_values, size))
        except StepTakenError:
            raise
        except (RunError, SecretError) as error:
            self._settle(plan, run_id, str(error))
            raise
        return run_id

    def _check_bytes(self, plan: StepPlan) -> None:
        """Raises RunError unless the command would get exactly the script and the values that were shown."""
        given = self._environment(plan)
        shown = {name: given[name] for name in plan.rendering.environment}
        if bytes_digest(plan.rendering.script, shown) != plan.digest:
            raise RunError(_("What would run is not what was shown, so it was not run. Look at it again."))

    def _environment(self, plan: StepPlan) -> dict[str, str]:
        around = self._surroundings
        return command_environment(around.caller, around.config.variables, plan.rendering.environment)

    def _put_on_record(self, plan: StepPlan, answer: Answer) -> str:
        run_id, attempt = self._claim(plan)
        try:
            self._journal.append(_started(plan, run_id, attempt, answer), key=f"{run_id}/started")
        except JournalError:
            self._give_back(run_id)
            raise
        return run_id

    def _claim(self, plan: StepPlan) -> tuple[str, int]:
        """The run's id and number, once it is ours. Claims of holders that died before they wrote are passed over."""
        attempt = plan.attempt
        while True:
            run_id = run_name(plan.runbook.id, plan.step.id, attempt)
            claim = self._journal.claim(run_id)
            if claim.is_ours:
                return run_id, attempt
            if self._journal.is_open(claim.session) or self._is_on_record(run_id):
                raise StepTakenError(
                    _("{who} was first: this step already runs for them.").format(who=claim.by or _("Somebody else")),
                    self._runs / run_id,
                )
            attempt += 1

    def _give_back(self, run_id: str) -> None:
        try:
            self._journal.release(run_id)
        except JournalError:  # it stays ours, so the next try of this session gets it
            return

    def _is_on_record(self, run_id: str) -> bool:
        return any(
            isinstance(event.fact, StepStarted) and event.fact.run_id == run_id for event in self._journal.read()
        )

    def _settle(self, plan: StepPlan, run_id: str, reason: str) -> None:
        """The launcher gave up. What certainly never ran is settled here; `following` finds the truth of the rest."""
        status = observing.status(self._runs / run_id)
        if status.has_started or status.is_supervised:
            return
        failed = StepFinished(plan.runbook.id, plan.step.id, run_id, RunState.FAILED, reason=reason, has_started=False)
        self._journal.append(failed, key=run_id)

    def secret_values(self, plan: StepPlan, typed: Mapping[str, str]) -> dict[str, str]:
        """By variable. Configured ones are read now, which may take as long as their provider. Raises SecretError."""
        values: dict[str, str] = {}
        for need in plan.secrets:
            if need.source is SecretSource.CONFIGURED:
                values[need.name] = read_secret(need.place, name=need.name)
                continue
            value = typed.get(need.name, "")
            check_secret(value, name=need.name)
            values[need.name] = value
        inherited = inherited_secrets(self._surroundings.caller, self._surroundings.config.variables)
        by_variable = plan.rendering.secret_variables.items()
        return {**inherited, **{variable: values[name] for variable, name in by_variable}}

    def _request(
        self, plan: StepPlan, run_id: str, secret_values: Mapping[str, str], size: tuple[int, int]
    ) -> RunRequest:
        annotation = plan.command.annotation
        around = self._surroundings
        return RunRequest(
            # marks its processes, so it must be unique on the machine, not only in this incident
            run_id=f"{self._journal.incident}/{run_id}/{tokens.token_hex(8)}",
            directory=self._runs / run_id,
            script=plan.rendering.script,
            environment=self._environment(plan),
            secrets=secret_values,
            cwd=_folder(plan, around.cwd),
            uses_pty=annotation.uses_pty,
            columns=size[0],
            rows=size[1],
            timeout=annotation.timeout,
            responder=self._journal.responder.name,
        )


def _started(plan: StepPlan, run_id: str, attempt: int, answer: Answer) -> StepStarted:
    return StepStarted(
        runbook=plan.runbook.id,
        step=plan.step.id,
        run_id=run_id,
        command=plan.rendering.preview,
        command_index=plan.command_index,
        risk=plan.risk,
        risk_rule=plan.risk_rule,
        environment=plan.environment.name,
        confirmation=plan.confirmation.record,
        title=plan.step.title,
        command_count=len(plan.step.commands),
        attempt=attempt,
        reason=answer.reason.strip(),
        expectation=expectation_of(plan.step, plan.command),
        trust=plan.trust.state,
        name=plan.command.annotation.name or "",
        undo=plan.command.annotation.undo or "",
        inverse=_inverse(plan),
        settles=plan.settles,
        edited=plan.edited,
        original=plan.written.digest if plan.written is not None else "",
        went_past=plan.in_the_way.id if plan.in_the_way is not None else "",
    )


def _inverse(plan: StepPlan) -> str:
    """Read off the text as it runs: a name made of today's date is not made of tomorrow's when it is taken back."""
    if plan.risk is Risk.READ or plan.command.annotation.undo:
        return ""
    return inverse_of(plan.rendering.preview)


def _folder(plan: StepPlan, default: Path) -> Path:
    """The fence's `cwd`, which is relative to the runbook's file, or the one in which the cockpit was started."""
    wanted = plan.command.annotation.cwd
    if not wanted:
        return default
    folder = Path(wanted).expanduser()
    return folder if folder.is_absolute() else default / Path(plan.runbook.file).parent / folder
