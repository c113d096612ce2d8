"""Data that Spark reads, with a real Spark in this process (the extra `spark`, and Java)."""
