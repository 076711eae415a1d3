"""The account in Markdown, section by section. Outside text is put where no Markdown of its own can do anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from eventa_cockpit.domain.event import Event
from eventa_cockpit.domain.evidence import Movement
from eventa_cockpit.domain.obligation import ObligationState
from eventa_cockpit.domain.step_record import StepState
from eventa_cockpit.locale import in_language, mark
from eventa_cockpit.services.postmortem.account import Account, Run
from eventa_cockpit.services.postmortem.charts import Chart

Say = Callable[[Event], str]
"""An event as a sentence."""
SPECIAL = "\\`*_{}[]<>#|~$!"
STATES = {
    StepState.DONE: mark("succeeded"),
    StepState.UNVERIFIED: mark("succeeded, effect not known"),
    StepState.UNEXPECTED: mark("ran, but not as expected"),
    StepState.FAILED: mark("failed"),
    StepState.CANCELLED: mark("cancelled"),
    StepState.TIMED_OUT: mark("timed out"),
    StepState.INTERRUPTED: mark("interrupted"),
    StepState.LOST: mark("lost: how it ended is not known"),
    StepState.RUNNING: mark("still running"),
}
OWED = {
    ObligationState.OPEN: mark("still to be undone"),
    ObligationState.UNCLEAR: mark("unclear: somebody has to look"),
    ObligationState.SETTLED: mark("undone"),
    ObligationState.WAIVED: mark("left as it is"),
}
DASH = "–"


class Writer:
    """Writes one account in one language, with times in the team's zone and in UTC."""

    def __init__(self, account: Account, zone: tzinfo, language: str, say: Say, charts: Sequence[Chart] = ()) -> None:
        """`charts` are shown by their file names, which lie in `folder` beside the document."""
        self._account = account
        self._zone = zone
        self._language = language
        self._say = say
        self._charts = charts

    def t(self, message: str) -> str:
        """A marked message in the document's language."""
        return in_language(self._language, message)

    def summary(self) -> str:
        account, incident = self._account, self._account.incident
        response = incident.response
        commander = response.commander
        rows = (
            (self.t(mark("Incident")), incident.id),
            (self.t(mark("Service")), f"{incident.service} {incident.environment}"),
            (self.t(mark("Severity")), response.severity or DASH),
            (self.t(mark("Began")), self.moment(account.began_at)),
            (self.t(mark("Ended")), self.moment(account.ended_at) if account.ended_at else self.t(mark("still open"))),
            (self.t(mark("Lasted")), self.span(account.lasted)),
            (self.t(mark("Commander")), commander.name if commander else DASH),
            (self.t(mark("Responders")), ", ".join(incident.responders) or DASH),
            (self.t(mark("How it ended")), incident.close_reason or DASH),
        )
        drill = f"\n\n> {self.t(mark('This was a drill.'))}" if incident.is_drill else ""
        return table(("", ""), rows) + drill

    def impact(self) -> str:
        account = self._account
        lines = [f"- {self.t(mark('Duration'))}: {self.span(account.lasted)}"]
        if account.budget is not None:
            spent = self.t(mark("at most {spent} of {budget} ({share:.0%}), if it was an outage throughout"))
            told = spent.format(
                spent=self.span(account.budget.spent),
                budget=self.span(account.budget.budget),
                share=account.budget.share,
            )
            lines.append(f"- {self.t(mark('Error budget'))}: {told}")
        unknown = self.t(mark("not known"))
        events = f"{account.error_events:,}" if account.error_events is not None else unknown
        users = (
            self.t(mark("at least {count}")).format(count=f"{account.affected_users:,}")
            if account.affected_users is not None
            else unknown
        )
        lines += [f"- {self.t(mark('Error events'))}: {events}", f"- {self.t(mark('People affected'))}: {users}"]
        changes = [f"{change.severity}: {plain(change.reason)}" for change in account.incident.response.severities]
        lines += [f"- {self.t(mark('Severity'))} {entry}" for entry in changes]
        return "\n".join(lines)

    def detection(self) -> str:
        account, incident = self._account, self._account.incident
        how = (
            self.t(mark("by the alert {fingerprint}")).format(fingerprint=code(incident.alert_fingerprint))
            if incident.alert_fingerprint
            else self.t(mark("by a person"))
        )
        rows = (
            (self.t(mark("Detected")), how),
            (self.t(mark("Declared after")), self.span(account.time_to_declare)),
            (self.t(mark("Looked after from")), self.span(account.time_to_acknowledge)),
            (self.t(mark("First change that succeeded after")), self.span(account.time_to_mitigate)),
        )
        listed = "\n".join(f"- {name}: {value}" for name, value in rows)
        missed = [f"- {self.t(mark('Missed'))}: {plain(each.text or each.target)}" for each in account.missed]
        return "\n".join([listed, *missed])

    def timeline(self) -> str:
        head = (self.t(mark("Time")), "UTC", self.t(mark("Who")), self.t(mark("What")))
        rows = [
            (
                f"{event.at.astimezone(self._zone):%m-%d %H:%M:%S}",
                f"{event.at.astimezone(UTC):%H:%M:%S}",
                event.name,
                self._say(event),
            )
            for event in self._account.events
        ]
        return table(head, rows)

    def runs(self) -> str:
        if not self._account.runs:
            return self.t(mark("Nothing was run."))
        return "\n\n".join(self._run(run) for run in self._account.runs)

    def debts(self) -> str:
        if not self._account.owed:
            return self.t(mark("Nothing had to be undone."))
        rows = [
            (entry.text, self.moment(entry.opened_at), self.t(OWED[entry.state]), entry.ended_by, entry.reason)
            for entry in self._account.owed
        ]
        head = tuple(map(self.t, (mark("What"), mark("Since"), mark("State"), mark("Who"), mark("Why"))))
        return table(head, rows)

    def changes(self) -> str:
        if not self._account.changes:
            return self.t(mark("No change is known from around its beginning."))
        rows = [
            (self.moment(change.at), change.vendor, change.title, change.by or DASH) for change in self._account.changes
        ]
        return table(tuple(map(self.t, (mark("Time"), mark("Source"), mark("What"), mark("Who")))), rows)

    def readings(self, folder: str) -> str:
        if not self._charts:
            return self.t(mark("No readings were kept."))
        return "\n\n".join(f"![{plain(chart.name)}]({folder}/{chart.file_name})" for chart in self._charts)

    def notes(self) -> str:
        notes = [
            f"- {self.moment(event.at)} {plain(event.name)}: {plain(self._say(event))}" for event in self._account.notes
        ]
        links = [f"- <{link.url}> {plain(link.title)}".rstrip() for link in self._account.links]
        return "\n".join([*notes, *links]) or DASH

    def proposals(self, diff: str) -> str:
        if not diff:
            return self.t(mark("The runbook was right as it is."))
        return fenced(diff.rstrip("\n"), "diff")

    def questions(self) -> dict[str, str]:
        """Headings that only people can fill, each with its question."""
        asked = (
            ("cause", mark("What was the cause, and what made it possible?")),
            ("went_well", mark("What went well?")),
            ("went_badly", mark("What went badly, and where were we lucky?")),
        )
        return {name: f"<!-- {self.t(question)} -->\n\n- " for name, question in asked}

    def actions(self) -> str:
        owed = [entry for entry in self._account.owed if entry.state.is_due]
        rows = [(self.t(mark("Undo: {what}")).format(what=entry.text), "", "", "") for entry in owed]
        head = tuple(map(self.t, (mark("What"), mark("Owner"), mark("Until"), mark("Ticket"))))
        return table(head, [*rows, ("", "", "", "")])

    def moment(self, at: datetime) -> str:
        return f"{at.astimezone(self._zone):%Y-%m-%d %H:%M:%S %Z} ({at.astimezone(UTC):%H:%M:%S} UTC)"

    def span(self, lasted: timedelta | None) -> str:
        if lasted is None:
            return DASH
        minutes, seconds = divmod(round(lasted.total_seconds()), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"

    def _run(self, run: Run) -> str:
        attempt = run.attempt
        state = self.t(STATES.get(attempt.state, STATES[StepState.LOST]))
        code_ = f" ({attempt.exit_code})" if attempt.exit_code else ""
        took = f", {self.span(attempt.elapsed)}" if attempt.elapsed is not None else ""
        when = self.moment(attempt.started_at) if attempt.started_at is not None else DASH
        lines = [
            f"### {plain(run.title)}",
            f"{when}, {plain(attempt.by)}: **{state}**{code_}{took}",
            fenced(attempt.command, "sh"),
        ]
        if run.movements:
            lines.append("\n".join(f"- {self._movement(each)}" for each in run.movements))
        if run.evidence.help:
            lines.append(f"> {self._help(run)}")
        return "\n\n".join(lines)

    def _movement(self, movement: Movement) -> str:
        before = f"{movement.before.value:g}" if movement.before else DASH
        after = f"{movement.after.value:g}" if movement.after else DASH
        change = f" ({movement.change:+.0%})" if movement.change is not None else ""
        return f"{plain(movement.name)}: {before} → {after} {plain(movement.unit)}{change}"

    def _help(self, run: Run) -> str:
        words = {
            "helped": mark("it helped"),
            "nothing": mark("it changed nothing"),
            "worse": mark("it made things worse"),
        }
        word = self.t(words.get(run.evidence.help, mark("its effect is unclear")))
        text = f": {plain(run.evidence.help_text)}" if run.evidence.help_text else ""
        return f"{plain(run.evidence.help_by)}: {word}{text}"


def plain(text: str) -> str:
    """Text on one line in which nothing is Markdown, HTML, a link or a mention."""
    line = " ".join(text.split())
    line = "".join(f"\\{character}" if character in SPECIAL else character for character in line)
    return line.replace("@", "@\u200b").replace("://", ":\u200b//").replace("www.", "www\u200b.")


def code(text: str) -> str:
    return f"`{' '.join(text.split()).replace('`', chr(0x2BC))}`"


def fenced(text: str, language: str) -> str:
    """A block that its own text cannot end."""
    ticks = "```"
    while ticks in text:
        ticks += "`"
    return f"{ticks}{language}\n{text}\n{ticks}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [_row(head), _row(["---"] * len(head)), *(_row([plain(cell) for cell in row]) for row in rows)]
    return "\n".join(lines)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
