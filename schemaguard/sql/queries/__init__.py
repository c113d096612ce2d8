"""What a query reads, followed to its base columns; the only place that imports sqlglot."""
