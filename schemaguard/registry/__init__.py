"""The contract registry as values to browse: contracts, releases and windows as one list, searched and related."""
