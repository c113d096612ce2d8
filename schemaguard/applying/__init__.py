"""What becomes of one statement or object on a live database: let through, retired, restored, refused."""
