"""A destructive revision as three that break nobody: expand, backfill, contract."""
