"""Other tools on our files; `make interop` runs them, for each brings an installation of its own."""
