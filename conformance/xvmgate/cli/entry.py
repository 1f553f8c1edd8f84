"""Where the console script comes in. A run is short: it would spend a tenth of its time on collecting garbage."""

import gc
from typing import NoReturn

gc.set_threshold(100_000)


def run() -> NoReturn:
    """Run the command `xvmgate` and exit."""
    from .main import run as command  # noqa: PLC0415  # only now, so that the imports are spared the collector too

    command()
