"""PostgreSQL's statements, a family a file; a reader takes a cursor behind the command's words and yields changes."""
