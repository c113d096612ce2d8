"""Text to statements to changes; the only place that imports sqlglot."""
