"""Changes to text: SQL, and the code of an Alembic revision."""
