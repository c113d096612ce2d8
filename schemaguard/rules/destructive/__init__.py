"""Rules on what loses data."""
