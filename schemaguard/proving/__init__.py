"""What it takes to prove a revision on a server: rows to prove it with, what was found, and the certificate of it."""
