"""The three kinds of patch that kubectl sends: JSON patch, merge patch, strategic merge patch. Pure."""

from __future__ import annotations

import copy
from typing import Any

MERGE_KEYS = {
    "containers": "name",
    "initContainers": "name",
    "env": "name",
    "ports": "containerPort",
    "volumes": "name",
    "volumeMounts": "mountPath",
    "imagePullSecrets": "name",
}
"""Lists whose entries a strategic patch merges by a key; all other lists are replaced."""


class PatchError(ValueError):
    """The patch does not fit the object."""


def json_patch(subject: Any, operations: Any) -> Any:
    """RFC 6902: add, remove, replace, test."""
    if not isinstance(operations, list):
        raise PatchError("a JSON patch is a list of operations")
    result = copy.deepcopy(subject)
    for operation in operations:
        _operate(result, operation)
    return result


def merge_patch(subject: Any, patch: Any) -> Any:
    """RFC 7396: null removes a key, lists are replaced."""
    if not isinstance(patch, dict):
        return patch
    result = dict(subject) if isinstance(subject, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge_patch(result.get(key), value)
    return result


def strategic_patch(subject: Any, patch: Any) -> Any:
    """Kubernetes' own: as a merge patch, but lists with a merge key are merged entry by entry."""
    if not isinstance(patch, dict):
        return patch
    if patch.get("$patch") == "replace":
        return {key: value for key, value in patch.items() if key != "$patch"}
    result = dict(subject) if isinstance(subject, dict) else {}
    for key, value in patch.items():
        if key.startswith("$"):
            continue
        if value is None:
            result.pop(key, None)
        elif isinstance(value, list) and key in MERGE_KEYS:
            result[key] = _merged_list(result.get(key) or [], value, MERGE_KEYS[key])
        else:
            result[key] = strategic_patch(result.get(key), value)
    return result


def _merged_list(present: list[Any], patch: list[Any], merge_key: str) -> list[Any]:
    result = list(present)
    for entry in patch:
        if not isinstance(entry, dict) or merge_key not in entry:
            raise PatchError(f"an entry of the patch has no {merge_key}")
        place = next((n for n, found in enumerate(result) if found.get(merge_key) == entry[merge_key]), None)
        if entry.get("$patch") == "delete":
            if place is not None:
                del result[place]
        elif place is None:
            result.append(strategic_patch({}, entry))
        else:
            result[place] = strategic_patch(result[place], entry)
    return result


def _operate(result: Any, operation: Any) -> None:
    try:
        kind, path = operation["op"], _parts(operation["path"])
        parent = _walk(result, path[:-1])
        key: Any = path[-1]
        if isinstance(parent, list):
            key = len(parent) if key == "-" else int(key)
        if kind == "test":
            if parent[key] != operation["value"]:
                raise PatchError(f"testing value {operation['path']} failed")
        elif kind == "remove":
            del parent[key]
        elif kind in ("add", "replace"):
            _put(parent, key, operation["value"], is_new=kind == "add")
        else:
            raise PatchError(f"unknown operation {kind}")
    except (KeyError, IndexError, TypeError) as error:
        raise PatchError(f"the patch does not fit: {error}") from error


def _put(parent: Any, key: Any, value: Any, *, is_new: bool) -> None:
    if isinstance(parent, list) and is_new:
        parent.insert(key, value)
    elif is_new or key in parent or isinstance(parent, list):
        parent[key] = value
    else:
        raise PatchError(f"there is no {key} to replace")


def _parts(path: str) -> list[str]:
    if not path.startswith("/"):
        raise PatchError(f"a path starts with /: {path}")
    return [part.replace("~1", "/").replace("~0", "~") for part in path[1:].split("/")]


def _walk(subject: Any, parts: list[str]) -> Any:
    for part in parts:
        subject = subject[int(part)] if isinstance(subject, list) else subject[part]
    return subject
