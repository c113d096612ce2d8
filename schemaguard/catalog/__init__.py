"""The catalog: the shape of a database as a frozen value, and the changes that act on it. Standard library only."""
