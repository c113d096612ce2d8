"""Rules: one file a rule, in a folder a family. A rule sees the change and the catalog before and after it."""
