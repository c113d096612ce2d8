"""What evaluated code works with: values, unknown ones among them, and the scopes and modules that have names."""
