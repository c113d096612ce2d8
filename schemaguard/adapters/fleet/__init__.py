"""The fleet's own tables, in one database that every worker reaches."""
