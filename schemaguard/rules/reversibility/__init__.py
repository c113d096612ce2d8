"""Rules on whether model and schema can go back together."""
