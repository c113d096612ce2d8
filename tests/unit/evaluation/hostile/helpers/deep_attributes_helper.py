"""Too much for a parser or a walker."""

SQL = len@DEEP_ATTRIBUTES@


def work():
    pass
    return SQL
