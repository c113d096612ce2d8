"""What a repository has already, seen by who sets it up: migrations, feature queries, CI; and the files to be added."""
