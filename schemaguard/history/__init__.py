"""Revisions, their graph, and what each of them does, found out without running it."""
