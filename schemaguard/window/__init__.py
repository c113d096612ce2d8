"""The release window: the time in which a release's contract must hold."""
