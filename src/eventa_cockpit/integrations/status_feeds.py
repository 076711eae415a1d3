"""The history of a status page as an Atom or RSS feed: where a page has nothing better, its open incidents are there.

A feed says which incidents there were and how far each has come; how grave one is it does not say. Formats: RFC 4287,
https://www.rssboard.org/rss-specification.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from html import unescape
from typing import TYPE_CHECKING

from eventa_cockpit.cleaning import clean, clean_line
from eventa_cockpit.domain.service_status import ServiceIncident, ServiceState, ServiceStatus
from eventa_cockpit.integrations.decoding import malformed, utc, web_link
from eventa_cockpit.locale import _

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

ENTRIES = 50
"""Entries that are looked at; feeds begin with the newest."""
OLD = timedelta(days=7)
"""An entry so old whose state we do not understand says nothing about now."""
TEXT = 2000
"""Characters of an update that are kept."""

ENDED = "resolved completed postmortem cancelled canceled 解決済み 解決 復旧済み 復旧 完了 終了 事後分析 中止".split()
OPEN = (
    "investigating identified monitoring update updated verifying exploring 調査中 確認中 特定済み 原因特定 対応中 "
    "監視中 経過観察 経過観察中 更新 検証中"
).split()
PLANNED = "scheduled 予定 予定済み スケジュール済み".split()
UNDER_WAY = ["in progress", "in_progress", "進行中", "実施中", "メンテナンス中"]

STATE_WORD = re.compile(r"<(?:strong|b)>\s*([^<>]{1,40}?)\s*</(?:strong|b)>")
TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, of whichever format."""

    title: str
    html: str
    """Its updates, the newest first."""
    at: datetime | None
    link: str


def status_of_feed(body: bytes, name: str, now: datetime) -> ServiceStatus:
    """The page's state as far as its feed tells it; raises UpstreamError when it is neither Atom nor RSS."""
    root = _root(body)
    shape, entries, title = _read(root)
    incidents = tuple(incident for entry in entries if (incident := _incident(entry, now)) is not None)
    return ServiceStatus(
        name=clean_line(title or name),
        state=_state(entries, incidents),
        summary="",
        incidents=incidents,
        shape=shape,
        updated_at=max((min(entry.at, now) for entry in entries if entry.at is not None), default=None),
    )


def _state(entries: list[Entry], incidents: tuple[ServiceIncident, ...]) -> ServiceState:
    """A feed without a single entry may be a broken one; only one whose incidents have all ended is good news."""
    words = {incident.state.casefold() for incident in incidents if not incident.is_maintenance}
    if words & set(OPEN):
        return ServiceState.DEGRADED
    if words or not entries:
        return ServiceState.UNKNOWN
    under_way = any(incident.state.casefold() in UNDER_WAY for incident in incidents)
    return ServiceState.MAINTENANCE if under_way else ServiceState.OPERATIONAL


def _incident(entry: Entry, now: datetime) -> ServiceIncident | None:
    """None for one that has ended, or that is too old to be about now."""
    found = STATE_WORD.search(entry.html)
    word = clean_line(unescape(found[1])) if found else ""
    state = word.casefold()
    if state in ENDED:
        return None
    is_maintenance = state in PLANNED or state in UNDER_WAY
    is_understood = is_maintenance or state in OPEN
    if not is_understood and (entry.at is None or now - entry.at > OLD):
        return None
    return ServiceIncident(
        title=clean_line(unescape(entry.title)),
        state=word or "?",
        started_at=None if entry.at is None else min(entry.at, now),
        text=clean(_plain(entry.html))[:TEXT],
        link=web_link(entry.link),
        is_maintenance=is_maintenance,
    )


def _plain(html: str) -> str:
    """The newest update without its tags."""
    newest = html.partition("</p>")[0]
    return " ".join(unescape(TAG.sub(" ", newest)).split())


def _root(body: bytes) -> Element:
    from xml.etree import ElementTree

    # A feed needs no declarations, and entities declared there are how a small one becomes a huge one.
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise malformed(_("the feed declares entities"))
    try:
        return ElementTree.fromstring(body)  # noqa: S314 - without declarations there is nothing to expand
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise malformed(_("it is no XML: {why}").format(why=error)) from None


def _read(root: Element) -> tuple[str, list[Entry], str]:
    """Shape, newest entries, title of the feed."""
    kind = _local(root.tag)
    if kind == "feed":
        return "atom", [_atom(entry) for entry in _some(root, "entry")], _text(root, "title")
    channel = next(_children(root, "channel"), None)
    if kind == "rss" and channel is not None:
        return "rss", [_rss(item) for item in _some(channel, "item")], _text(channel, "title")
    raise malformed(_("it is neither an Atom feed nor RSS"))


def _atom(entry: Element) -> Entry:
    link = next((child.get("href", "") for child in _children(entry, "link")), "")
    html = _text(entry, "content") or _text(entry, "summary")
    moment = _text(entry, "updated") or _text(entry, "published")
    return Entry(_text(entry, "title"), html, _moment(moment, datetime.fromisoformat), link)


def _rss(item: Element) -> Entry:
    moment = _moment(_text(item, "pubDate"), parsedate_to_datetime)
    return Entry(_text(item, "title"), _text(item, "description"), moment, _text(item, "link"))


def _moment(text: str, parse: Callable[[str], datetime]) -> datetime | None:
    try:
        return utc(parse(text.strip()))
    except (ValueError, OverflowError):
        return None


def _some(parent: Element, name: str) -> list[Element]:
    return [child for child, _number in zip(_children(parent, name), range(ENTRIES), strict=False)]


def _children(parent: Element, name: str) -> Iterator[Element]:
    """Whatever namespace they are in: pages make mistakes there, and it changes nothing."""
    return (child for child in parent if _local(child.tag) == name)


def _text(parent: Element, name: str) -> str:
    return next(("".join(child.itertext()) for child in _children(parent, name)), "")


def _local(tag: object) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
