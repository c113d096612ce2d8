"""Pages that need nothing else, for who wants to look at a result in a browser."""
