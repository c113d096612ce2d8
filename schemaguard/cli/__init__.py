"""The command line: one file a verb. Parse, call the command, pick a report."""
