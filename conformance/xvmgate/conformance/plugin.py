"""The pytest plugin: options, fixtures, and where the suite's cases come from.

It is loaded by every pytest run in an environment that xvmgate is installed in, so it loads nothing of xvmgate until a
run asks for it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from xvmgate.engine.plan import BootPlan

    from .suite.fixtures import XvmMedium

SUITE = Path(__file__).parent / "suite"
ABOVE = (SUITE.parent.parent, SUITE.parent, SUITE)
"""The suite's folder and those above it that belong to xvmgate."""
NAME = "xvmgate.conformance"
RECORDER = "xvmgate-recorder"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("xvmgate", "conformance of installer media and of install tools")
    group.addoption(
        "--xvm-medium",
        action="append",
        default=[],
        metavar="MEDIUM",
        help="judge this medium; list:FILE: those listed in a file; may be repeated",
    )
    group.addoption(
        "--xvm-subject",
        action="append",
        default=[],
        metavar="SUBJECT",
        help="judge this engine: xvmgate, or exec:COMMAND, which speaks protocol 1; may be repeated",
    )
    group.addoption("--xvm-waivers", metavar="FILE", help="failures that somebody answers for")
    group.addoption("--xvm-baseline", metavar="FILE", help="a capture that the media are not to drift from")
    group.addoption("--xvm-release", metavar="ID", help="judge the media by this release's paths")
    group.addoption("--xvm-events", metavar="FILE", help="write the run's events, a line of JSON each")
    group.addoption(
        "--xvm-timeout", type=float, default=5.0, metavar="SECONDS", help="time for an engine's answer (default: 5)"
    )
    group.addoption(
        "--xvm-reading",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="judge xvmgate's own engine with this reading; may be repeated",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse wrong options before anything runs; listen to the cases, where this process hears of them all."""
    options = ("xvm_medium", "xvm_subject", "xvm_waivers", "xvm_release", "xvm_events", "xvm_reading", "xvm_baseline")
    if not _asked(config) and not any(config.getoption(name) for name in options):
        return
    from .suite.run import run_of  # noqa: PLC0415  # only where the suite or an option is wanted

    run = run_of(config)
    if _asked(config) and not hasattr(config, "workerinput"):
        from .suite.record import Recorder  # noqa: PLC0415  # only where the suite is wanted

        recorder = Recorder(config, run, config.getoption("xvm_events"))
        config.pluginmanager.register(recorder, RECORDER)


def _asked(config: pytest.Config) -> bool:
    """Say whether the run names the suite, as a package or by its path."""
    names = (str(argument).partition("::")[0] for argument in config.args)
    return any(
        name == NAME or name.startswith(f"{NAME}.suite") or SUITE in (path := Path(name).resolve(), *path.parents)
        for name in names
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Take our folders for plain ones: as packages pytest would put them on sys.path, under names that are yours."""
    return pytest.Dir.from_parent(parent, path=path) if path in ABOVE else None


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect the suite's modules by their own names."""
    if module_path.parent != SUITE:
        return None
    from .suite.collect import SuiteFile  # noqa: PLC0415  # only where the suite is wanted

    return SuiteFile.from_parent(parent, path=module_path)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that wants `xvm_medium` once for each `--xvm-medium`."""
    if "xvm_medium" not in metafunc.fixturenames:
        return
    if not metafunc.config.getoption("xvm_medium"):
        skipped = pytest.param(None, marks=pytest.mark.skip(reason="no medium is given: --xvm-medium MEDIUM"))
        metafunc.parametrize("xvm_medium", [skipped], indirect=True, ids=["no-medium"])
        return
    from .suite.run import run_of  # noqa: PLC0415  # only where a medium is wanted

    found = run_of(metafunc.config).targets
    metafunc.parametrize("xvm_medium", found, indirect=True, ids=[target.location for target in found])


@pytest.fixture
def xvm_medium(request: pytest.FixtureRequest) -> XvmMedium:
    """Give a medium of `--xvm-medium`: its `location`, its `result`, `check(rule)`, `lookup(path)`, `read(path)`."""
    from .suite.fixtures import XvmMedium  # noqa: PLC0415  # only where a medium is wanted

    return XvmMedium(request.param)


@pytest.fixture
def xvm_plan(xvm_medium: XvmMedium) -> Callable[..., BootPlan]:
    """Give what plans for `xvm_medium`: `xvm_plan(ram=512, extra_args="-v")` is our engine's plan."""
    return xvm_medium.plan
