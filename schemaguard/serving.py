"""What a model server imports: follow the pointer, swap, acknowledge. Light: psycopg only."""
