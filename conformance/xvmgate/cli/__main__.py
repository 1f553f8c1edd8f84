"""`python -m xvmgate.cli` is the command `xvmgate`."""

from .main import run

run()
