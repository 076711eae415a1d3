"""The facts of an incident as frozen dataclasses and pure functions. No clock, disk, network or terminal in here."""
