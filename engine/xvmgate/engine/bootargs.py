"""What stands on a kernel's command line behind the kernel: flags, options with a value, words, properties."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .proplist import Property, written

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class BootArgs(NamedTuple):
    """Arguments of a kernel, each kind in its order.

    `flags` are the letters of all flag groups, each once; `options` pair a letter (`i`) with its value; `words` are
    bare; `properties` are those of `-B`, each name once, with None for a name without `=`, which stands last.
    `dropped` are the `-m` options that were left off (XVM-ARGS-05).
    """

    flags: str = ""
    options: tuple[tuple[str, str], ...] = ()
    words: tuple[str, ...] = ()
    properties: tuple[Property, ...] = ()
    dropped: tuple[str, ...] = ()


class Merger:
    """Arguments from several sources put together, each kind with its own (XVM-ARGS-04); what is there first wins."""

    def __init__(self) -> None:
        self._flags: dict[str, None] = {}
        self._options: dict[str, str] = {}
        self._words: list[str] = []
        self._properties: dict[str, str | None] = {}
        self._dropped: list[str] = []

    def add(self, args: BootArgs) -> None:
        """Put in a source's arguments, those that are not there yet."""
        self._flags.update(dict.fromkeys(args.flags))
        for letter, text in args.options:
            self._options.setdefault(letter, text)
        self._words += [word for word in args.words if word not in self._words]
        for name, value in args.properties:
            self.add_property(name, value)
        self._dropped += args.dropped

    def add_word(self, word: str) -> bool:
        """Put in a word; say whether it was not there yet."""
        new = word not in self._words
        if new:
            self._words.append(word)
        return new

    def add_property(self, name: str, value: str | None) -> bool:
        """Put in a property; say whether its name was not there yet."""
        new = name not in self._properties
        if new:
            self._properties[name] = value
        return new

    def value(self, name: str) -> str | None:
        """Return the value that a property has so far."""
        return self._properties.get(name)

    def result(self) -> BootArgs:
        """Return all that was put in."""
        return BootArgs(
            "".join(self._flags),
            tuple(self._options.items()),
            tuple(self._words),
            valueless_last(self._properties),
            tuple(self._dropped),
        )


def valueless_last(properties: Mapping[str, str | None]) -> tuple[Property, ...]:
    """Order properties so that names without `=` come last: the guest takes what follows one for part of it."""
    if None not in properties.values():
        return tuple(properties.items())
    items = properties.items()
    return (*(item for item in items if item[1] is not None), *(item for item in items if item[1] is None))


def merge(sources: Iterable[BootArgs]) -> BootArgs:
    """Put the arguments of several sources together; of two values for one name the first source's wins."""
    merger = Merger()
    for source in sources:
        merger.add(source)
    return merger.result()


def render(args: BootArgs) -> str:
    """Write arguments as they follow the kernel: `-flags -i VALUE - word -B name=value`.

    Raises Unreadable for a value that holds both kinds of quotes and needs one around it.
    """
    parts = [f"-{args.flags}"] if args.flags else []
    parts += [f"-{letter} {value}" for letter, value in args.options]
    if args.words:
        parts += ["-", *args.words]
    if args.properties:
        parts += ["-B", written(args.properties)]
    return " ".join(parts)
