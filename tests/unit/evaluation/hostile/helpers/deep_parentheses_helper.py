"""Too much for a parser or a walker."""

SQL = @DEEP_PARENTHESES@


def work():
    pass
    return SQL
