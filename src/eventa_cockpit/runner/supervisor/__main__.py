"""Entry of the supervisor and of the launcher: `python -I -S <this folder> supervise|launch <descriptor>…`.

`-S` leaves site-packages out for the sake of start time and memory, so the package's own root is put behind the
standard library by hand.
"""

from __future__ import annotations

import os
import sys

sys.path.append(os.path.abspath(os.path.join(os.path.dirname(__file__), *[os.pardir] * 3)))

from eventa_cockpit.runner.supervisor.launcher import launch, supervise_in_child

if __name__ == "__main__":
    role, *descriptors = sys.argv[1:]
    if role == "launch":
        launch(int(descriptors[0]))
    else:
        supervise_in_child([int(descriptor) for descriptor in descriptors])
