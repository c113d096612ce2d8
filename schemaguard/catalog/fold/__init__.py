"""What each change does to a draft of the catalog, a file a family."""
