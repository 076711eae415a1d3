"""Pages as rows: who was woken for what, who took it, and what the paging service does next by itself."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from eventa_cockpit.domain.board import Feed
from eventa_cockpit.domain.page import LogEntry, LogKind, Page, PageList, PageStatus, PageUrgency, PendingKind
from eventa_cockpit.locale import _, mark
from eventa_cockpit.widgets.view import freshness, moments
from eventa_cockpit.widgets.view.lines import Line, Role, Spans, cell_len, cut, line, pad, span, wrap

STATUSES: dict[PageStatus, tuple[str, str, Role]] = {
    PageStatus.TRIGGERED: ("✗", mark("unanswered"), Role.CRITICAL),
    PageStatus.ACKNOWLEDGED: ("▸", mark("acknowledged"), Role.ACCENT),
    PageStatus.RESOLVED: ("✓", mark("resolved"), Role.GOOD),
    PageStatus.UNKNOWN: ("?", mark("unclear"), Role.WARNING),
}
PENDING: dict[PendingKind, str] = {
    PendingKind.ESCALATE: mark("{vendor} escalates in {time}"),
    PendingKind.UNACKNOWLEDGE: mark("the acknowledgement ends in {time}"),
    PendingKind.RESOLVE: mark("{vendor} resolves it in {time}"),
    PendingKind.URGENCY_CHANGE: mark("its urgency changes in {time}"),
    PendingKind.UNKNOWN: mark("{vendor} does something in {time}"),
}
LOG_WORDS: dict[LogKind, str] = {
    LogKind.TRIGGERED: mark("triggered"),
    LogKind.ACKNOWLEDGED: mark("acknowledged"),
    LogKind.UNACKNOWLEDGED: mark("acknowledgement ended"),
    LogKind.ASSIGNED: mark("assigned"),
    LogKind.ESCALATED: mark("escalated"),
    LogKind.NOTIFIED: mark("notified"),
    LogKind.NOTED: mark("note"),
    LogKind.SNOOZED: mark("snoozed"),
    LogKind.RESOLVED: mark("resolved"),
    LogKind.EXHAUSTED: mark("nobody left to escalate to"),
}
_NEAR = timedelta(minutes=2)
_LOG_ROWS = 4


def rows(feed: Feed[PageList] | None, now: datetime, zone: tzinfo, width: int) -> list[Line]:
    """The waiting ones first; under the first one its newest history."""
    if feed is None:
        return []
    shown = freshness.explanation(feed, zone, width)
    if feed.value is None:
        return shown
    vendor = feed.vendor or feed.source
    shown.extend(_gaps(feed.value, width))
    if not feed.value.pages:
        shown.append(_none(is_known=feed.failure is None))
    for place, page in enumerate(feed.value.pages):
        shown.extend(_page_rows(page, vendor, now, zone, width))
        if place == 0:
            shown.extend(_log_row(entry, zone, width) for entry in page.log[:_LOG_ROWS])
    return shown


def headline(pages: PageList) -> Spans:
    """`1 unanswered` for the pane's title; how many are open when all are looked after."""
    if pages.waiting:
        return (span(_("{count} unanswered").format(count=len(pages.waiting)), Role.CRITICAL),)
    return (span(_("{count} open").format(count=len(pages.pages)), Role.MUTED),) if pages.pages else ()


def name_of(page: Page) -> str:
    """`#1234 Payments fail`, as people say it."""
    return f"#{page.number} {page.title}"


def _none(*, is_known: bool) -> Line:
    if is_known:
        return line(span("✓ " + _("Nobody is being paged."), Role.GOOD))
    return line(span("? " + _("Nobody is being paged, as far as is known."), Role.WARNING))


def _gaps(pages: PageList, width: int) -> list[Line]:
    sentences = list(pages.unread)
    if pages.is_cut:
        sentences.append(_("Only the newest {count} pages were read.").format(count=len(pages.pages)))
    return [line(span(row, Role.WARNING)) for sentence in sentences for row in wrap("⚠ " + sentence, width)]


def _page_rows(page: Page, vendor: str, now: datetime, zone: tzinfo, width: int) -> list[Line]:
    glyph, word, role = STATUSES[page.status]
    words = max(cell_len(_(label)) for _glyph, label, _role in STATUSES.values())
    found = [
        line(
            span(f"{glyph} {pad(_(word), words)} ", role),
            span(name_of(page), Role.STRONG if page.is_waiting else Role.TEXT),
            right=(span(moments.since(now - page.since), Role.MUTED),),
            key=page.id,
        )
    ]
    found.extend(line("  ", span(row, Role.MUTED)) for row in wrap(_whose(page, zone), width - 2)[:2])
    due = _next(page, vendor, now, zone)
    return [*found, line("  ", *due)] if due else found


def _whose(page: Page, zone: tzinfo) -> str:
    """Who has it and how far it has gone: `level 1 · eventa · acknowledged by Hanako 03:04`."""
    newest = page.acknowledgements[-1] if page.acknowledgements else None
    is_told_twice = newest is not None and page.assignees == (newest.by,)
    parts = [
        _("level {level}").format(level=page.level) if page.level is not None else "",
        "" if is_told_twice else _(", ").join(page.assignees) or _("assigned to nobody"),
        page.service,
        _("low urgency") if page.urgency is PageUrgency.LOW else "",
    ]
    if newest is not None:
        time = moments.hour_and_minute(newest.at, zone)
        parts.append(_("acknowledged by {who} {time}").format(who=newest.by, time=time))
    return " · ".join(part for part in parts if part)


def _next(page: Page, vendor: str, now: datetime, zone: tzinfo) -> Spans:
    """What the paging service itself does next; an acknowledgement stops its escalation."""
    pending = page.next_action
    if pending is None:
        return ()
    left = pending.at - now
    text = _(PENDING[pending.kind]).format(vendor=vendor, time=moments.elapsed(left))
    is_near = left <= _NEAR and pending.kind in {PendingKind.ESCALATE, PendingKind.UNACKNOWLEDGE}
    role = Role.WARNING if page.is_waiting or is_near else Role.MUTED
    return (span(text, role), span(f" ({moments.hour_and_minute(pending.at, zone)})", Role.MUTED))


def _log_row(entry: LogEntry, zone: tzinfo, width: int) -> Line:
    word = LOG_WORDS.get(entry.kind, "")
    text = " ".join(part for part in (_(word) if word else "", entry.by) if part) or entry.text
    said = f"{text}: {entry.text}" if entry.kind is LogKind.NOTED and entry.text else text
    head = f"    {moments.hour_and_minute(entry.at, zone)} "
    return line(span(head + cut(said, max(width - cell_len(head), 10)), Role.MUTED))
