"""Spark: data where it lies, asked with one aggregate a table."""
