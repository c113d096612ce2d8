"""Policies on the disk, and the interpreter that answers in a process of its own."""
