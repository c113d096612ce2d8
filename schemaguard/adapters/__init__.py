"""The shell: the only place with connections. One file a thing."""
