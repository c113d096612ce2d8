"""Playbooks: when a model version is bad, who may do what about it, and how traffic moves; values in, values out."""
