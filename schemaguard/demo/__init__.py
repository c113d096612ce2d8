"""The demo: the whole story on real parts (PostgreSQL, MLflow, Alembic, git, a trained model) in under a minute."""
