"""`python -m uxpipeline` is `uxpipeline`."""

from uxpipeline.cli.app import main

main()
