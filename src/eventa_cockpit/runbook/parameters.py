"""What a script needs from the responder: its free variables and its placeholders, and which of them are secret."""

from __future__ import annotations

import re
from collections.abc import Mapping

from eventa_cockpit.domain.runbook import Parameter
from eventa_cockpit.runbook.placeholders import Placeholder
from eventa_cockpit.runbook.quoting import Quoting, place_of
from eventa_cockpit.runbook.shell import Script

_SECRET = re.compile(
    r"(?:^|_)(?:token|secret|secrets|password|passwd|passphrase|pwd|key|apikey|credential|credentials)$"
    r"|パスワード|トークン|秘密|シークレット|認証情報"
)
_NOT_SECRET = re.compile(r"(?:^|_)(?:public|primary|foreign|partition|sort|object|s3|cache|cert)_key$")


def is_secret_name(name: str) -> bool:
    """`ADMIN_TOKEN` and `api key` are; `SECRET_NAME`, `KEY_ID` and `PUBLIC_KEY` only speak of one."""
    words = re.sub(r"[\s\-.]+", "_", name.strip()).casefold()
    return _SECRET.search(words) is not None and not _NOT_SECRET.search(words)


def secret_variable(name: str) -> str:
    """The variable that carries a secret placeholder's value: `admin token` → `ADMIN_TOKEN`."""
    variable = re.sub(r"\W+", "_", name.strip(), flags=re.ASCII).strip("_").upper()
    if variable and not variable[0].isdigit() and variable.isascii():
        return variable
    return "SECRET_" + "".join(f"{ord(letter):x}" for letter in name if not letter.isspace())


def parameters_of(
    source: bytes,
    script: Script,
    placeholders: tuple[Placeholder, ...],
    choices: Mapping[str, str],
) -> tuple[Parameter, ...]:
    """Each parameter once, in the order of first use. `source` is the script with its placeholders hidden."""
    found: dict[str, tuple[int, Parameter]] = {}
    for use in script.uses:
        known = found.get(f"${use.name}")
        default = use.default if known is None else known[1].default
        at = use.start if known is None else known[0]
        parameter = Parameter(
            use.name, is_secret=is_secret_name(use.name), default=default, choices=choices.get(use.name)
        )
        found[f"${use.name}"] = (at, parameter)
    for placeholder in placeholders:
        if placeholder.text in found or not _is_filled(source, placeholder):
            continue
        parameter = Parameter(
            placeholder.name,
            is_secret=is_secret_name(placeholder.name),
            is_variable=False,
            placeholder=placeholder.text,
            choices=choices.get(placeholder.name),
        )
        found[placeholder.text] = (placeholder.start, parameter)
    return tuple(parameter for _, parameter in sorted(found.values(), key=lambda entry: entry[0]))


def _is_filled(source: bytes, placeholder: Placeholder) -> bool:
    """A comment and a here-document with a quoted tag stay as they are; `'[ERROR]'` in single quotes is a pattern."""
    place = place_of(source, placeholder.start)
    if place.innermost in {Quoting.COMMENT, Quoting.VERBATIM}:
        return False
    return not (placeholder.text.startswith("[") and place.innermost is Quoting.SINGLE)
