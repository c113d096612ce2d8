"""Data contracts: what a model version reads and writes, and whether a catalog gives it that."""
