"""Findings, plans and differences as text, JSON and what code hosts read."""
