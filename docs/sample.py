"""Build the sample medium of `make demo`: `sample.py LAYOUT FILE.iso`."""

import sys

from xvmgate.builders.iso import build_iso
from xvmgate.fixtures.layout import get

build_iso(get(sys.argv[1]), sys.argv[2])
print(f"built {sys.argv[2]}: {get(sys.argv[1]).title}")
