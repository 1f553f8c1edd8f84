"""What `boot` says at its end: how the guest did, in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xvmgate.guests import boot

if TYPE_CHECKING:
    from xvmgate.guests.boot import Booted

SENTENCES = {
    boot.AS_PLANNED: "booted as planned: the guest got its command line and its ramdisk to the letter",
    boot.DIFFERS: "booted otherwise than planned: {why}",
    boot.REACHED: "booted as far as {why!r}",
    boot.SPOKE: "booted: the guest's last words are {why!r}; --until says what it has to say",
    boot.REFUSED: "refused by the machine, in its own words: {why}",
    boot.CRASHED: "the guest was started and crashed: {why}",
    boot.SILENT: "the guest was started and said nothing in its time; --limit gives it more",
    boot.NOT_REACHED: "the machine did not say {why!r} in its time; --limit gives it more",
    boot.NOTHING: "the machine did not come so far as to start the guest; --limit gives it more time",
}


def sentence(booted: Booted) -> str:
    """Return how it went."""
    return SENTENCES[booted.verdict].format(why=booted.why)
