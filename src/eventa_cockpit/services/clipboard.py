"""The clipboard where the terminal's own sequence does not get through: inside tmux."""

from __future__ import annotations

import asyncio
import os
from asyncio.subprocess import DEVNULL, PIPE

ANSWER_S = 2.0
"""How long tmux may take."""


def is_inside_tmux() -> bool:
    return bool(os.environ.get("TMUX"))


async def copy_through_tmux(text: str) -> bool:
    """Give the text to tmux, which passes it on to the outer terminal (`-w`, tmux 3.2 and newer). False if it refused.

    tmux's default drops a program's own OSC 52 but sends this one (tmux(1), `set-clipboard external`).
    """
    try:
        process = await asyncio.create_subprocess_exec(
            "tmux", "load-buffer", "-w", "-", stdin=PIPE, stdout=DEVNULL, stderr=DEVNULL
        )
    except OSError:
        return False
    try:
        await asyncio.wait_for(process.communicate(text.encode("utf-8", "replace")), ANSWER_S)
    except TimeoutError:
        process.kill()
        await process.wait()
        return False
    return process.returncode == 0
