"""GRUB legacy's `menu.lst`: which files its entries name."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_MENU = 64 << 10
"""Bytes of a menu that are looked at; whoever reads one more shows that there are more."""
MAX_NAMES = 512
"""Files named by one menu that are looked at."""
FILE_COMMANDS = ("kernel", "module", "initrd", "splashimage", "configfile", "chainloader", "font")
"""Commands whose first argument is a file."""
EXPANDING = ("kernel$", "module$")
"""Solaris GRUB's commands in which $ISADIR is expanded."""
ISADIR = {32: "", 64: "amd64"}
"""What $ISADIR stands for, by width."""


class Named(NamedTuple):
    """A file that a menu names: on which line, by which command, which path, for which width (None: any)."""

    line: int
    command: str
    path: str
    bits: int | None


class Menu(NamedTuple):
    """What a menu says: the titles of its entries and the files that they name."""

    titles: tuple[str, ...]
    files: tuple[Named, ...]


def read_menu(data: bytes) -> Menu:
    """Read a menu; unknown commands, other devices' files and a line that MAX_MENU cuts are passed over."""
    titles: list[str] = []
    files: list[Named] = []
    for number, line in enumerate(_lines(data), 1):
        command, arguments = _split(line)
        if command == "title":
            titles.append(" ".join(arguments))
        elif len(files) < MAX_NAMES:
            files.extend(_named(number, command, arguments))
    return Menu(tuple(titles), tuple(files))


def _lines(data: bytes) -> list[str]:
    """Return the lines that are whole within the limit, as GRUB ends them: at newlines only, without their returns."""
    if len(data) > MAX_MENU:
        data = data[: data.rfind(b"\n", 0, MAX_MENU + 1) + 1]
    return data.decode("utf-8", "surrogateescape").replace("\r", "").split("\n")


def _split(line: str) -> tuple[str, list[str]]:
    words = [word for word in line.replace("\t", " ").split(" ") if word]
    if not words or words[0].startswith("#"):
        return "", []
    command, equals, value = words[0].partition("=")
    return command, ([value] if equals and value else []) + words[1:]


def _named(number: int, command: str, arguments: list[str]) -> Iterator[Named]:
    if command.removesuffix("$") not in FILE_COMMANDS:
        return
    words = [word for word in arguments if not word.startswith("--") and word != "="]
    path = _on_medium(words[0]) if words else None
    if path is None:
        return
    if command in EXPANDING and "$ISADIR" in path:
        for bits, directory in ISADIR.items():
            yield Named(number, command, _tidy(path.replace("$ISADIR", directory)), bits)
    else:
        yield Named(number, command, _tidy(path), None)


def _on_medium(word: str) -> str | None:
    """Return the path of a file on the medium itself; None for block lists and other devices."""
    if word.startswith("(cd)"):
        word = word.removeprefix("(cd)")
    return word if word.startswith("/") else None


def _tidy(path: str) -> str:
    return "/" + "/".join(part for part in path.split("/") if part)
