"""Folds lines that say the same: what differs between them is taken out first (numbers, ids, addresses, moments)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from eventa_cockpit.domain.log_stream import LogGroup, LogLevel, LogLine

ANYTHING = "#"
"""Stands for whatever was taken out."""
GAP = timedelta(seconds=10)
"""After so long a silence the same pattern is news again, and begins a group of its own."""

_VARIABLE = re.compile(
    r"""
    (?P<kept> (?: HTTP/\d(?:\.\d)?"?[ ] | \b(?:http_)?(?:status|code)(?:_code)?"?[ ]?[=:][ ]?"? ) [1-5]\d\d\b )
  | \b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b                         # a UUID
  | (?<=-)[0-9a-f]{6,10}-[bcdfghjklmnpqrstvwxz2456789]{5}\b                           # the end of a pod's name
  | \b0[xX][0-9a-fA-F]+\b
  | \b(?=[0-9a-fA-F:]{0,39}\d)(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{1,4}\b            # IPv6, and times of the day
  | (?<![0-9A-Za-z])(?!\d+[A-Za-z]{1,3}(?![0-9A-Za-z]))                               # an id, but not `1500ms`
      (?=[A-Za-z]{0,63}\d)(?=\d{0,63}[A-Za-z])[0-9A-Za-z]{8,}
  | \d+(?:[.,:]\d+)*
    """,
    re.VERBOSE | re.ASCII,
)


def pattern_of(text: str) -> str:
    """The text with everything that varies replaced by `#`. A status of HTTP is kept: 200 and 500 are not the same."""
    return _VARIABLE.sub(lambda found: found[0] if found["kept"] else ANYTHING, text)


def folded(lines: Iterable[LogLine], *, gap: timedelta = GAP) -> tuple[LogGroup, ...]:
    """Groups of the same level, source and pattern, newest first. `lines` are in the order of their time."""
    open_groups: dict[tuple[LogLevel, str, str], LogGroup] = {}
    closed: list[LogGroup] = []
    for line in lines:
        key = (line.level, line.source, line.pattern)
        group = open_groups.pop(key, None)
        if group is not None and line.at - group.newest.at <= gap:
            open_groups[key] = replace(group, newest=line, count=group.count + 1)
            continue
        if group is not None:
            closed.append(group)
        open_groups[key] = LogGroup(line, line.at)
    return tuple(sorted([*open_groups.values(), *closed], key=lambda group: group.newest.at, reverse=True))
