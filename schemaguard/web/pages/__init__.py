"""The pages: each takes a snapshot and what its address names, and returns a value."""
