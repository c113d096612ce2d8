"""What locks out traffic while it runs: locks, scans and rewrites."""
