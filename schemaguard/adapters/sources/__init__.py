"""Where looks come from besides tables: a file that grows, a Prometheus."""
