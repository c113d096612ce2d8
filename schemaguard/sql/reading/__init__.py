"""Text to statements to changes."""
