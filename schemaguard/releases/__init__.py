"""Releases: plans as data, and the one loop that carries them out."""
