"""Never ends when it is imported."""

SQL = ""
while True:
    SQL += "select 1;"


def work():
    while True:
        pass
