"""The postmortem: an account of an incident, written from its record, with the questions that people have to answer."""

from __future__ import annotations
