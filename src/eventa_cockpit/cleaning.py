"""Outside text made harmless where it enters: no escape sequence, control character or invisible mark gets further."""

from __future__ import annotations
