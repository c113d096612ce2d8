"""Inputs by the million: what makes them, and what has to hold of each.

`python -m tests.fuzz` runs it for long; the tests beside each part run a few hundred of the same.
"""
