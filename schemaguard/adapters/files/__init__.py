"""The disk: trees of files, git, contract files, the cache."""
