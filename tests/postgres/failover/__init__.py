"""A primary, a standby that takes over, and whoever is at work meanwhile."""
