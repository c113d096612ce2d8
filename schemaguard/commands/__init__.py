"""Use cases: each takes its adapters as arguments and returns a value."""
