"""Any PostgreSQL database: connecting, its catalog, its statements, its data."""
