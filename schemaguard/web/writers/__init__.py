"""A page written: as HTML, as Markdown, or as JSON. Each writer takes every kind of block."""
