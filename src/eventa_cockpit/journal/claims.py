"""Claims: things that must be done once, whoever presses first. A claim is a file that only one can create."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

import msgspec

from eventa_cockpit.domain.responder import Responder
from eventa_cockpit.journal.folders import file_mode, make_folder, sync_folder
from eventa_cockpit.journal.protocol import Claim
from eventa_cockpit.journal.reading import read_bytes


class _Holder(msgspec.Struct, frozen=True):
    session: str
    name: str
    uid: int


_HOLDER = msgspec.json.Decoder(_Holder)


def take(folder: Path, name: str, responder: Responder) -> Claim:
    """Take `name`, unless another has it. Raises OSError.

    The file is written under another name and then linked to its own, so that whoever finds it finds all of it.
    """
    make_folder(folder)
    place = folder / _file_name(name)
    draft = folder / f".{secrets.token_hex(8)}"
    fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(fd, "wb") as file:
            os.fchmod(fd, file_mode(folder))
            file.write(msgspec.json.encode(_Holder(responder.session, responder.name, responder.uid)))
            file.flush()
            os.fsync(fd)
        os.link(draft, place, follow_symlinks=False)
    except FileExistsError:
        return _held(place, name, responder)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(folder)
    return Claim(name, responder.session, responder.name, responder.uid, is_ours=True)


def give_back(folder: Path, name: str, responder: Responder) -> None:
    """Raises OSError when it is ours and cannot be given back."""
    place = folder / _file_name(name)
    if _held(place, name, responder).is_ours:
        place.unlink(missing_ok=True)
        sync_folder(folder)


def _held(place: Path, name: str, responder: Responder) -> Claim:
    try:
        holder = _HOLDER.decode(read_bytes(place))
    except msgspec.MsgspecError:
        return Claim(name, "", "", -1, is_ours=False)
    is_ours = holder.session == responder.session and holder.uid == responder.uid
    return Claim(name, holder.session, holder.name, holder.uid, is_ours=is_ours)


def _file_name(name: str) -> str:
    """Of a claim; names are made by us, but none of them may lead out of the folder."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).lstrip(".") + ".claim"
