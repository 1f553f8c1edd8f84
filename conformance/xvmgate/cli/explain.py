"""`xvmgate explain`: all there is about one rule, reading or layout."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from xvmgate.fixtures.layout import Layout, every_layout
from xvmgate.fixtures.reading import Reading, every_reading
from xvmgate.fixtures.rule import Rule, every_rule, find
from xvmgate.reports.verdict import USAGE

from . import options
from .rules import layout_object, rule_object

if TYPE_CHECKING:
    from collections.abc import Iterator

    Rows = Iterator[tuple[str, str]]


@click.command(short_help="Say what a rule, a reading or a layout means.")
@click.argument("name", metavar="ID")
@options.layouts
@options.as_json
@options.quiet
@options.debug
@click.pass_obj
def verb(state: options.State, name: str) -> None:
    """Say what the rule, the reading or the layout of that name means and where it comes from."""
    found = find(name.upper()) or _named(name)
    if found is None:
        raise options.Stop(_unknown(name), USAGE)
    if state.json:
        state.say(json.dumps(_object(found), indent=2), always=True)
    else:
        for label, text in _rows(found):
            state.say(f"{label:<12}{text}")


def _named(name: str) -> Reading | Layout | None:
    readings = (reading for reading in every_reading() if reading.name == name)
    layouts = (layout for layout in every_layout() if layout.id == name)
    return next(readings, None) or next(layouts, None)


def _unknown(name: str) -> str:
    from difflib import get_close_matches  # noqa: PLC0415  # only mistakes need it

    known = [rule.id for rule in every_rule()]
    known += [reading.name for reading in every_reading()] + [layout.id for layout in every_layout()]
    alike = get_close_matches(name.upper(), known, n=1) or get_close_matches(name, known, n=1)
    meant = f"; did you mean {alike[0]}?" if alike else ""
    return f"no rule, reading or layout {name!r}{meant} (`xvmgate rules` lists the rules)"


def _object(found: Rule | Reading | Layout) -> dict[str, Any]:
    if isinstance(found, Rule):
        return rule_object(found)
    return layout_object(found) if isinstance(found, Layout) else found._asdict()


def _rows(found: Rule | Reading | Layout) -> Rows:
    if isinstance(found, Rule):
        return _rule(found)
    return _layout(found) if isinstance(found, Layout) else _reading(found)


def _rule(rule: Rule) -> Rows:
    yield rule.id, rule.title
    yield "rule", rule.statement
    yield "source", rule.source
    yield "level", rule.level
    yield "subject", ", ".join(rule.subject)
    applies = rule.applies._asdict()
    speaks = [f"{name} {' or '.join(map(str, values))}" for name, values in applies.items() if values]
    yield "applies", ", ".join(speaks) or "always"
    yield "remedy", rule.remedy
    for reading in every_reading():
        if rule.id in reading.rules:
            yield "reading", f"{reading.name}: {reading.question} By default {reading.default_means}"
    users = [layout.id for layout in every_layout() if rule.file and rule.file.path in layout.boot_paths()]
    if users:
        yield "layouts", ", ".join(users)


def _reading(reading: Reading) -> Rows:
    yield "reading", reading.name
    yield "question", reading.question
    yield reading.default, f"(default) {reading.default_means}"
    yield reading.alternative, reading.alternative_means
    yield "rules", ", ".join(reading.rules)


def _layout(layout: Layout) -> Rows:
    yield "layout", layout.id
    yield "title", layout.title
    yield "family", layout.family or "none: no PV medium"
    if layout.volume_ids:
        yield "volume id", " or ".join(layout.volume_ids)
    for bits, pair in layout.pairs.items():
        yield f"{bits}-bit", f"{pair.kernel}, {pair.ramdisk}"
    yield "PV", f"{layout.expect.pv}: {layout.expect.because}"
    yield "HVM", layout.expect.hvm
