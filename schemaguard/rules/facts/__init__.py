"""What a rule may ask: the change in its place, the catalogs around it, the contracts that hold."""
