"""What a step expects of its own success: a pattern, an example of the output, a check on live data. Pure.

Only a run that ended with 0 is judged. What nobody has judged yet is never taken for met.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from eventa_cockpit.domain.runbook import Command, Step, Threshold

LARGEST_SAMPLE = 20_000
"""Characters of the longest example that is compared; a longer one is only for the reader."""


class Aspect(StrEnum):
    """What of the success is looked at."""

    PATTERN = "pattern"
    SAMPLE = "sample"
    CHECK = "check"


class Outcome(StrEnum):
    MET = "met"
    FAILED = "failed"
    DIFFERS = "differs"
    """Information only: an example is not a promise."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a command's success should look like, as its runbook said when it was started."""

    pattern: str = ""
    """A regular expression that is searched in the output; `^` and `$` match at each line."""
    sample: str = ""
    """The output as the runbook shows it."""
    check: Threshold | None = None
    """What has to be true of live data afterwards (`verify`)."""

    @property
    def concerns_output(self) -> bool:
        return bool(self.pattern or self.sample)


NOTHING = Expectation()


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of one part of an expectation. The words are plain, so that other versions can read them."""

    aspect: str
    """An `Aspect`."""
    outcome: str
    """An `Outcome`."""
    wanted: str = ""
    """The pattern, the check, or the first line of the example that is missing."""
    found: str = ""
    """The value that was measured, with its unit."""


def expectation_of(step: Step, command: Command) -> Expectation:
    """What the command's fence says, else what its step says."""
    sample = command.expected_output or ""
    return Expectation(
        pattern=command.annotation.expect or step.annotation.expect or "",
        sample=sample if len(sample) <= LARGEST_SAMPLE else "",
        check=command.annotation.verify or step.annotation.verify,
    )


def standing(expectation: Expectation, judgements: Iterable[Judgement]) -> Outcome:
    """MET, FAILED, or UNKNOWN as long as a part that counts has no answer."""
    outcomes = {entry.aspect: entry.outcome for entry in judgements}
    needed = [Aspect.PATTERN] if expectation.pattern else []
    needed += [Aspect.CHECK] if expectation.check is not None else []
    if any(outcomes.get(aspect) == Outcome.FAILED for aspect in needed):
        return Outcome.FAILED
    return Outcome.MET if all(outcomes.get(aspect) == Outcome.MET for aspect in needed) else Outcome.UNKNOWN


def judge_output(expectation: Expectation, output: str, is_found: bool | None) -> tuple[Judgement, ...]:
    """`is_found` says whether the pattern is in the output; None when that could not be found out."""
    judgements: list[Judgement] = []
    if expectation.pattern:
        outcome = Outcome.UNKNOWN if is_found is None else Outcome.MET if is_found else Outcome.FAILED
        judgements.append(Judgement(Aspect.PATTERN, outcome, expectation.pattern))
    if expectation.sample:
        missing = missing_line(expectation.sample, output)
        outcome = Outcome.MET if missing is None else Outcome.DIFFERS
        judgements.append(Judgement(Aspect.SAMPLE, outcome, missing or ""))
    return tuple(judgements)


def missing_line(sample: str, output: str) -> str | None:
    """The first line of the example that is not in the output after the ones before it; None when all are there.

    Words with a digit in them (numbers, times, ids) count as equal, as do widths of blanks; `…` alone is no line.
    """
    lines = iter(_normal(line) for line in output.splitlines())
    for line, wanted in _lines(sample):
        if not any(wanted == found for found in lines):
            return line
    return None


_VARYING = re.compile(r"[^\s\"'(){}\[\],;=|]*\d[^\s\"'(){}\[\],;=|]*")


def _lines(sample: str) -> Iterator[tuple[str, str]]:
    for line in sample.splitlines():
        normal = _normal(line)
        if normal and normal.strip(".… "):
            yield line.strip(), normal


def _normal(line: str) -> str:
    return _VARYING.sub("#", " ".join(line.split()))
