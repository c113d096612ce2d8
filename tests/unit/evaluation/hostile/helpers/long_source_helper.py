"""Too much for a parser or a walker."""

SQL = None


def work():
    @MANY_LINES@pass
    return SQL
