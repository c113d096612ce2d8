"""What a drill goes through: the copy in which things go wrong, and the scenarios, a file a kind of fault."""
