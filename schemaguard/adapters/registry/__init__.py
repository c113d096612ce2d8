"""The model registry, which is MLflow."""
