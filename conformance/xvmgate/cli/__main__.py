"""`python -m xvmgate.cli` is the command `xvmgate`."""

from .entry import run

run()
