"""The one line of an element is ElementTree's, to the character."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from xvmgate.guests.one_line import one_line

NAMES = st.sampled_from(["domain", "on_crash", "x-1"])
TEXTS = st.text(st.sampled_from("ab'\"&<>\r\n\t é;#]"), max_size=8) | st.text(max_size=4)


def leaf(tag: str, attributes: dict[str, str], text: str | None) -> ET.Element:
    element = ET.Element(tag, attributes)
    element.text = text
    return element


def branch(element: ET.Element, children: list[ET.Element]) -> ET.Element:
    element.extend(children)
    return element


LEAVES = st.builds(leaf, NAMES, st.dictionaries(NAMES, TEXTS, max_size=3), st.none() | TEXTS)
TREES = st.recursive(LEAVES, lambda inner: st.builds(branch, LEAVES, st.lists(inner, max_size=3)), max_leaves=8)


@given(TREES)
def test_as_element_tree_writes_it(element: ET.Element) -> None:
    assert one_line(element) == ET.tostring(element, encoding="unicode")


def test_what_attributes_and_texts_escape() -> None:
    element = leaf("a", {"b": '1<2&"3"\'\n'}, '1<2&"3"\'\n')
    assert one_line(element) == '<a b="1&lt;2&amp;&quot;3&quot;\'&#10;">1&lt;2&amp;"3"\'\n</a>'
