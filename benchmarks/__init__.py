"""Figures that tests must not hold anybody to: how true, how fast, how big."""
