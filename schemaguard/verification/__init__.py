"""Data against a contract: the checks, one aggregate a table, frames in memory, and what was found."""
