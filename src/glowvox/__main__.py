"""`python -m glowvox`."""

from glowvox.cli.main import main

main()
