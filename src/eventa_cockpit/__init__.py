"""eventa-cockpit: an incident cockpit for the terminal. This module imports nothing, so that starting stays cheap."""

__version__ = "0.1.0"
