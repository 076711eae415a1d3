"""Service level objectives from a file: OpenSLO, Sloth, Pyrra, or a plain table. What is wrong with one objective
costs only that one, and is said with file, line and key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from eventa_cockpit.config.objectives.documents import Entry, Part, UnusableError, documents
from eventa_cockpit.config.objectives.openslo import is_openslo, openslo_parts
from eventa_cockpit.config.objectives.plain import PlainQueries, plain_parts
from eventa_cockpit.config.objectives.prometheus import is_pyrra, is_sloth, pyrra_parts, sloth_parts
from eventa_cockpit.domain.objective import Objective
from eventa_cockpit.domain.runbook import Problem
from eventa_cockpit.locale import _

__all__ = ["NO_QUERIES", "ObjectiveFile", "PlainQueries", "read_objectives"]

NO_QUERIES = PlainQueries()


@dataclass(frozen=True, slots=True)
class ObjectiveFile:
    """What the file promises, and what is wrong with it."""

    objectives: tuple[Objective, ...] = ()
    problems: tuple[Problem, ...] = ()


def read_objectives(text: str, file: str, queries: PlainQueries = NO_QUERIES) -> ObjectiveFile:
    """The objectives in the order of the file. Never raises for what the text holds."""
    try:
        found = documents(text, file)
    except UnusableError as error:
        return ObjectiveFile(problems=(error.problem,))
    objectives: list[Objective] = []
    problems: list[Problem] = []
    for document in found:
        try:
            parts = list(_parts(document, found, queries))
        except UnusableError as error:
            problems.append(error.problem)
            continue
        for part in parts:
            try:
                objectives.append(part())
            except UnusableError as error:
                problems.append(error.problem)
    if not objectives and not problems:
        sentence = _("There is no objective in it: OpenSLO v1, Sloth, Pyrra, or error_budget_minutes are understood.")
        problems.append(Problem(file, 1, sentence))
    return ObjectiveFile(tuple(objectives), tuple(dict.fromkeys(problems)))


def _parts(document: Entry, found: list[Entry], queries: PlainQueries) -> Iterator[Part]:
    if not document.is_table:
        raise document.refuse(_("The file must hold keys and values; it was not read."))
    if is_openslo(document):
        return openslo_parts(document, found)
    if is_sloth(document):
        return sloth_parts(document)
    if is_pyrra(document):
        return pyrra_parts(document)
    return plain_parts(document, queries)
