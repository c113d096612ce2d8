"""Objects of libraries: what of the real ones may be read and made, name by name, and what stands for the others."""
