"""Rules on what can't be read, and on suppression comments."""
