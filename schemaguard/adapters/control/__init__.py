"""The control schema: its own migrations, and typed access to its rows."""
