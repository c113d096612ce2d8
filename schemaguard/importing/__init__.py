"""Readers that a team has already described elsewhere: dbt, OpenLineage, the server's own statistics → contracts."""
