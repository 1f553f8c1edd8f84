"""`xvmgate rules`: the catalogue as a list."""

from __future__ import annotations

import json
from typing import Any

import click

from xvmgate.fixtures.document import document
from xvmgate.fixtures.layout import Layout, every_layout
from xvmgate.fixtures.reading import every_reading
from xvmgate.fixtures.rule import Rule, every_rule, spans

from . import options


@click.command(short_help="List the rules, or the known releases.")
@click.option("--releases", is_flag=True, help="List the layout IDs that --release takes.")
@options.layouts
@options.as_json
@options.quiet
@options.debug
@click.pass_obj
def verb(state: options.State, releases: bool) -> None:
    """List every rule with its level, its lines of the document and its title.

    `xvmgate explain ID` says all there is about a rule or a release.
    """
    if releases:
        _releases(state)
    elif state.json:
        state.say(json.dumps(_catalogue(), indent=2), always=True)
    else:
        for rule in every_rule():
            lines = ",".join(spans(rule.lines)) or "-"
            state.say(f"{rule.id:<12}  {rule.level:<6}  {lines:<16}  {rule.title}")


def _releases(state: options.State) -> None:
    if state.json:
        state.say(json.dumps({"releases": [layout_object(layout) for layout in every_layout()]}, indent=2), always=True)
    else:
        for layout in every_layout():
            state.say(layout.id)


def _catalogue() -> dict[str, Any]:
    source = document()
    return {
        "schema": "xvmgate.rules/1",
        "rule_set": source.rule_set,
        "document": {
            "title": source.title,
            "as_of": source.as_of,
            "modified": source.modified,
            "sha256": source.sha256,
        },
        "rules": [rule_object(rule) for rule in every_rule()],
        "readings": [reading._asdict() for reading in every_reading()],
    }


def rule_object(rule: Rule) -> dict[str, Any]:
    """Return a rule as JSON; `path` where it places a file, null elsewhere."""
    found = rule._asdict() | {"applies": rule.applies._asdict(), "path": rule.file.path if rule.file else None}
    del found["file"]
    return found


def layout_object(layout: Layout) -> dict[str, Any]:
    """Return a layout as JSON: what a reader expects of it, not how a builder makes it."""
    return {
        "id": layout.id,
        "title": layout.title,
        "family": layout.family,
        "media": layout.media,
        "volume_ids": layout.volume_ids,
        "paths": {str(bits): pair._asdict() for bits, pair in layout.pairs.items()},
        "expect": layout.expect._asdict(),
    }
