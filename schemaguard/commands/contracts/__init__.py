"""Use cases on contracts: one file a verb."""
