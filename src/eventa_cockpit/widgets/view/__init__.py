"""What the panes say, as lines of words with roles. Pure: no Textual, no clock, no disk."""
