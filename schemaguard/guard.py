"""The guard on Alembic: one import line in env.py turns destructive statements into retirements."""
