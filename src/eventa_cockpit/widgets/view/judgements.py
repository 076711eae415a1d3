"""What a succeeded step says about its own success, in sentences."""

from __future__ import annotations

from eventa_cockpit.domain.expectation import Aspect, Judgement, Outcome
from eventa_cockpit.domain.step_record import StepRecord, StepState
from eventa_cockpit.locale import _
from eventa_cockpit.widgets.view.lines import Role

Said = tuple[str, Role]


def sentences(status: StepRecord) -> list[Said]:
    """What was found, and what is still awaited."""
    said = [sentence for entry in status.judgements if (sentence := of_judgement(entry)) is not None]
    check = status.expectation.check
    if status.state is StepState.UNVERIFIED and check is not None and not _has_check(status):
        text = _("Waiting for {check}: nothing that was measured since the run says so yet.").format(check=check.text)
        said.append((text, Role.WARNING))
    if status.state in {StepState.UNVERIFIED, StepState.UNEXPECTED} and said:
        said.append((_("Run it again, mark it done, or skip it with a reason."), Role.MUTED))
    return said


def of_judgement(entry: Judgement) -> Said | None:
    """None for what needs no words: a pattern or an example that is there."""
    match entry.aspect, entry.outcome:
        case Aspect.PATTERN, Outcome.FAILED:
            return _("The output does not contain what is expected: {pattern}").format(
                pattern=entry.wanted
            ), Role.CRITICAL
        case Aspect.PATTERN, Outcome.UNKNOWN:
            text = _("Looking for {pattern} in the output took too long. Look at the output yourself.")
            return text.format(pattern=entry.wanted), Role.WARNING
        case Aspect.SAMPLE, Outcome.DIFFERS:
            text = _("The output differs from the runbook's example, which has: {line}")
            return text.format(line=entry.wanted), Role.MUTED
        case Aspect.CHECK, Outcome.MET:
            return _("Checked: {check}; it is {value}.").format(check=entry.wanted, value=entry.found), Role.GOOD
        case Aspect.CHECK, Outcome.FAILED:
            text = _("{check} did not come true; it is {value}.")
            return text.format(check=entry.wanted, value=entry.found), Role.CRITICAL
    return None


def _has_check(status: StepRecord) -> bool:
    return any(entry.aspect == Aspect.CHECK for entry in status.judgements)
