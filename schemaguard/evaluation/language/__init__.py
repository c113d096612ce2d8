"""The language: what each kind of statement and expression does, and how functions and classes are made and called."""
