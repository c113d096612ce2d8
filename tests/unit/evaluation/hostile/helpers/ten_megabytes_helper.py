"""Too much for a parser or a walker."""

SQL = "@TEN_MEGABYTES@"


def work():
    pass
    return SQL
