"""Runs: one supervised process per command, which survives the cockpit and everything above it."""
