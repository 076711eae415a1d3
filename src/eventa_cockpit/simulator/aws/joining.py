"""How moto is changed: methods of its classes are replaced, in this process only; and its import is kept lean."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


def replace(owner: type, **attributes: Callable[..., Any] | property) -> None:
    """Put the given methods or properties in the place of the class' own."""
    for name, attribute in attributes.items():
        setattr(owner, name, attribute)


@contextmanager
def without_instance_catalogue() -> Iterator[None]:
    """Import moto's RDS inside: EC2 comes with it, and would read 50 MB of instance types that nobody asks for here."""
    from moto.utilities import utils

    load_resource = utils.load_resource

    def load_lean(resource: str) -> Any:
        if "instance_type_offerings" in resource:
            return []
        return {} if resource.endswith("instance_types.json") else load_resource(resource)

    utils.load_resource = load_lean
    try:
        yield
    finally:
        utils.load_resource = load_resource
