"""`python -m schemaguard.cli`."""

from schemaguard.cli.main import main

main()
