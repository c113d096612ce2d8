"""PostgreSQL's grammar as rules over the symbols of a statement: what they refuse, the server refuses."""
