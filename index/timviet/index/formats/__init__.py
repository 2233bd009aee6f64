"""Formats of files, one a module: each has a `read` that takes a file's content and yields what it holds.

What needs a library is read in a process of its own, and imported there.
"""
