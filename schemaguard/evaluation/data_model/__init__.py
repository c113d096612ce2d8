"""What values answer, as Python's data model has it: attributes, items, operators, methods, texts."""
