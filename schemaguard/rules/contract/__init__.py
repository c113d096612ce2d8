"""Rules on contracts: a model version inside its release window would break."""
