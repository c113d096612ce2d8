"""A check, in each format that it is told in."""
