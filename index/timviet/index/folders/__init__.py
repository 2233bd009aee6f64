"""Folders that an index follows: what of them is read, what the index knows of them, and what has changed."""
