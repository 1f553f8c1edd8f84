"""What `install` says: each step as it is done, and in one sentence how it ended, with its exit status."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xvmgate.guests.lifecycle import UNDONE, Action, Done, Event, Life, Outcome, Stop, Stopped
from xvmgate.reports.text import printable
from xvmgate.reports.verdict import EXIT, INTERRUPTED, NONCONFORMANT, USAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xvmgate.engine.plan import BootPlan
    from xvmgate.engine.request import InstallRequest

NOT_DONE = EXIT[NONCONFORMANT]
ENDS = {
    Outcome.STARTED: (0, "{name} is installed, and runs from its disk"),
    Outcome.INSTALLED: (0, "{name} is installed; `virsh start {name}` starts it"),
    Outcome.LEFT: (0, "{name} is installing; when it has ended, `virsh start {name}` starts it from its disk"),
    Outcome.LATE: (
        NOT_DONE,
        "{name} still installs when its time is up; it goes on, and `virsh start {name}` starts it from its disk",
    ),
    Outcome.NOT_STARTED: (NOT_DONE, "{name} is installed and defined, but does not start from its disk: {text}"),
    Outcome.FAILED: (NOT_DONE, "{name} is not installed: {text}"),
    Outcome.CRASHED: (NOT_DONE, "{name} crashed while it installed; nothing of it stays but its disks"),
    Outcome.DESTROYED: (
        NOT_DONE, "{name} was destroyed by someone else while it installed; nothing of it stays but its disks",
    ),
    Outcome.INTERRUPTED: (INTERRUPTED, "interrupted; {name} was stopped, and nothing of it stays but its disks"),
    Outcome.GONE: (NOT_DONE, "{name} was saved or moved away while it installed; it is not watched any more"),
    Outcome.UNDEFINED: (
        NOT_DONE, "the definition of {name} was taken away by someone else; it installs on, and is not started again",
    ),
    Outcome.LOST: (
        USAGE, "the connection to {uri} was lost; {name} is defined there whole, and goes on as long as its host does",
    ),
}  # fmt: skip
"""Exit status and sentence of each outcome; `text` is in the host's words."""
LOST_EARLY = "the connection to {uri} was lost before {name} was defined; nothing of it stays but its disks"
STUCK = "; it could not be taken back ({stuck}): say `virsh destroy {name}` and `virsh undefine {name}` there"


def ending(life: Life, name: str, uri: str) -> tuple[int, str]:
    """Return exit status and sentence of a life that is over."""
    outcome = life.outcome or Outcome.FAILED
    status, sentence = ENDS[outcome]
    if life.half:
        sentence = LOST_EARLY
    if life.stuck and (outcome in UNDONE or life.half):
        sentence = sentence.replace("; nothing of it stays but its disks", "").replace(
            ", and nothing of it stays but its disks", ""
        )
        sentence += STUCK
    return status, sentence.format(name=name, uri=uri, text=life.text, stuck=life.stuck)


DONE = {
    Action.CREATE: "created   {name}, which boots its installer",
    Action.DEFINE: "defined   {name}, as it will be: it boots from its disk",
    Action.START: "started   {name} again (XVM-REB-02)",
    Action.DESTROY: "stopped   {name}",
    Action.UNDEFINE: "undefined {name}",
}


def step_line(life: Life, event: Event, name: str) -> str | None:
    """Return the line that says what an event is, None for one that is said at the end."""
    if isinstance(event, Done):
        line = DONE[event.action]
        if event.action is Action.DEFINE and life.wait and life.outcome is None and life.stop is None:
            line += "\nwaiting   until the installation ends (XVM-REB-01); `virsh console {name}` shows it"
        return line.format(name=printable(name))
    if isinstance(event, Stopped) and event.why is Stop.SHUTDOWN and life.outcome is not Outcome.STARTED:
        return f"ended     the installation of {printable(name)}"
    return None


def would_do(request: InstallRequest, plan: BootPlan, wait: int, restart: bool) -> Iterator[str]:
    """Yield what an installation would do, a line a step."""
    name = request.name
    if plan.mode == "pv":
        yield f"take      {plan.kernel} and {plan.ramdisk} off the medium"
    yield f"create    {name}, which boots its installer"
    yield f"define    {name}, as it will be: it boots from its disk"
    if wait == 0:
        return
    yield f"wait      {'as long as it takes' if wait < 0 else f'{wait} minutes at most'} (XVM-REB-01)"
    if restart:
        yield f"start     {name} again (XVM-REB-02)"
