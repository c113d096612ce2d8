"""What running code would fail on the moment it commits."""
