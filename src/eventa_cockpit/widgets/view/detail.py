"""All that is known of one thing: names on the left, what is known on the right."""

from __future__ import annotations

from eventa_cockpit.widgets.view.lines import Line, Role, cell_len, line, pad, span, wrap
from eventa_cockpit.widgets.view.listing import Facts, known

_WIDEST_NAME = 24


def rows(facts: Facts, width: int) -> list[Line]:
    found = known(facts)
    name_width = min(max((cell_len(name) for name, _text in found), default=0), _WIDEST_NAME, width // 3)
    shown: list[Line] = []
    for name, text in found:
        for index, row in enumerate(wrap(text, width - name_width - 2)):
            shown.append(line(span(pad(name if index == 0 else "", name_width) + "  ", Role.MUTED), span(row)))
    return shown
