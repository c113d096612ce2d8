"""What reaches the database: calls of real objects, Alembic's operations, connections and sessions."""
