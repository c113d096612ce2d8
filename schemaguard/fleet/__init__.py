"""Many databases that are migrated and switched as one: the manifest, what a worker does next, what came of it."""
