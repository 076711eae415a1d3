"""The two ways in which a query fails, by Prometheus' own names."""

from __future__ import annotations


class BadData(ValueError):  # noqa: N818 - Prometheus calls it so
    """The query cannot be understood (HTTP 400)."""

    kind = "bad_data"
    status = 400


class Execution(ValueError):  # noqa: N818
    """The query was understood and cannot be evaluated (HTTP 422)."""

    kind = "execution"
    status = 422
