"""The `cockpit` command's first steps: the last known screen first, everything else afterwards."""

from __future__ import annotations

import gc
import sys

from eventa_cockpit import cover


def main() -> None:
    cover.paint()
    if cover.is_plain_start(sys.argv[1:]):
        gc.disable()  # until the screen is painted: a collection among the imports finds nothing to free
        from eventa_cockpit.cli import plain

        options = plain.options_of(sys.argv[1:])
        if options is not None:
            sys.exit(plain.start(options))
    from eventa_cockpit.cli import main as run

    sys.exit(run())
