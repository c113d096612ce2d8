"""Too much for a parser or a walker."""

SQL = @DEEP_SUM@


def work():
    pass
    return SQL
