"""The journal in PostgreSQL, for a team with several bastions: the same lines as in files, in one table.

A line is inserted and never changed; each session writes its own part, numbered from 1. Needs the extra `postgres`.
"""

from __future__ import annotations
