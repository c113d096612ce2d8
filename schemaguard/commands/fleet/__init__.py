"""What is done with many databases, one file a use case."""
