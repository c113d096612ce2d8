-- The model registry's own database: nothing of it is migrated with the application's.
create database mlflow;
