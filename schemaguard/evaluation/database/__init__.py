"""The modelled database: a connection and a dialect of SQLAlchemy's that answer from a catalog, and send nothing."""
