"""Contracts: one file a view of them, each as text and as one document."""
