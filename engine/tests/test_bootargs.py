"""Reading `-x`, writing the line, and what the guest sees of it: whatever a user writes."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from xvmgate.engine import facts
from xvmgate.engine.bootargs import BootArgs, merge, render
from xvmgate.engine.extra_args import parse, read_extra_args
from xvmgate.engine.guest import read_line
from xvmgate.engine.plan import make_plan
from xvmgate.engine.proplist import Unreadable, quoted
from xvmgate.engine.refusal import Refused
from xvmgate.engine.request import InstallRequest
from xvmgate.engine.view import imagined

SIGNS = "ab1=-_,.'\" \t/:Bmi"
"""Characters that mean something to a parser, and a few that do not."""
TEXTS = st.text(st.sampled_from(SIGNS), max_size=40) | st.lists(
    st.sampled_from(
        ["-kdv", "-B", "-Ba=1", "a=1", "a='x,y'", 'b="p q"', "c", ",", "-", "-m", "-mv", "-i", "/sbin/init", "word",
         "install", "-vm", "subnet-mask=1.2.3.4", "install_media=x", "bootpath=/d", "d='x -B e=1'", "f=", "=g", "--h"]
    ),
    max_size=8,
).map(" ".join)  # fmt: skip


def readable(text: str) -> BootArgs:
    """Return what a text holds; texts that are refused are not what is looked at."""
    try:
        return parse(text)
    except Unreadable:
        assume(False)
        raise


@given(TEXTS)
def test_what_is_written_is_read_back(text: str) -> None:
    args = readable(text)._replace(dropped=())
    try:
        line = render(args)
    except Unreadable:
        pytest.fail(f"{text!r} was read and cannot be written")
    assert parse(line) == args


@given(TEXTS)
@example("-B a,b=1 -B c='x -B d=2'")
@example("d='-k' -B e=\"it's\"")
def test_the_guest_sees_what_was_meant(text: str) -> None:
    args = readable(text)
    line = f"/unix {render(args)}"
    view = read_line(line)
    assert view.kernel == "/unix"
    assert view.flags == args.flags
    assert view.init == dict(args.options).get("i")
    assert view.properties == {name: value for name, value in args.properties if value is not None}
    words = [*" ".join(args.words).split(), *(name for name, value in args.properties if value is None)]
    assert list(view.words) == words


@given(TEXTS, st.sampled_from(["nevada-nfs", "nevada-iso", "opensolaris-iso"]), st.booleans())
def test_whatever_the_user_writes_the_plan_s_guest_sees_it(text: str, kind: str, resolves: bool) -> None:
    """The whole way: a request with that `-x`, its plan, and the guest's view of the plan's line."""
    family, _, source = kind.partition("-")
    files = {
        "nevada": ["/boot/platform/i86xpv/kernel/unix", "/boot/x86.miniroot"],
        "opensolaris": ["/platform/i86xpv/kernel/unix", "/boot/x86.microroot"],
    }[family]
    location = "nfs:srv:/a b,c" if source == "nfs" else "/x.iso"
    request = InstallRequest("g", 512, "pv", "0:1:2:3:4:5", location, extra_args=text, nographics=True)
    known = {"srv": "192.0.2.5"} | ({"g": "192.0.2.6"} if resolves else {})
    view = imagined("iso" if source == "iso" else "tree", files)
    try:
        plan = make_plan(request, facts.given(32, known, "192.0.2.1"), view)
    except Refused as refused:
        assume(refused.rule != "XVM-ARGS-04")
        raise
    assert plan.guest_view is not None
    assert plan.guest_view.flags == plan.args.flags
    assert plan.guest_view.properties == {name: value for name, value in plan.args.properties if value is not None}
    names = [name for name, value in plan.args.properties if value is None]
    assert list(plan.guest_view.words) == [*" ".join(plan.args.words).split(), *names]
    given_args = parse(text)
    assert set(given_args.flags) <= set(plan.args.flags)
    for name, value in given_args.properties:
        assert dict(plan.args.properties)[name] == value


@pytest.mark.parametrize(
    ("line", "properties", "words"),
    [
        ("/unix -B a=1,b=2", {"a": "1", "b": "2"}, ()),
        ("/unix -B a=1 -kd -B b=2 w", {"a": "1", "b": "2"}, ("w",)),
        ("/unix w -B a=1,a=2", {"a": "2"}, ("w",)),
        ("/unix -B a,b=1", {"a,b": "1"}, ()),
        ("/unix -B b=1,a", {"b": "1"}, ("a",)),
        ("/unix -B a='x, y',b=\"it's\"", {"a": "x, y", "b": "it's"}, ()),
        ("/unix -B a='x -B y=1'", {"a": "x -B y=1"}, ()),
        ("/unix -Ba=1", {"a": "1"}, ()),
        ("/unix a='x -B b=1'", {"b": "1'"}, ("a='x",)),
        ("/unix -B a=", {"a": ""}, ()),
        ("/unix -B a='x'b=1", {"a": "x"}, ("b=1",)),
        ("/unix -B a='open", {"a": "'open"}, ()),
        ("/unix -B", {}, ("-B",)),
        ("", {}, ()),
    ],
)
def test_how_the_guest_s_kernel_reads(line: str, properties: dict[str, str], words: tuple[str, ...]) -> None:
    view = read_line(line)
    assert view.properties == properties
    if words != ("-B",):
        assert view.words == words


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("-B", "-B with nothing behind it: '-B'"),
        ("-kd -B  ", "-B with nothing behind it: '-B  '"),
        ("-B -v", "-B with nothing behind it: '-B -v'"),
        ("-B ,,", "-B with nothing behind it: '-B ,,'"),
        ("-i", "-i with nothing behind it: '-i'"),
        ("-i -v", "-i with nothing behind it: '-i -v'"),
        ("-i 'a b'", "a value of -i that the guest would not see whole: \"-i 'a b'\""),
        ("-i ''", "a value of -i that the guest would not see whole: \"-i ''\""),
        ("-i \"'a'\"", "a value of -i that the guest would not see whole"),
        ("-B a='x", 'an unclosed quote: "\'x"'),
        ("-m 'x", 'an unclosed quote: "\'x"'),
        ("w='x", 'an unclosed quote: "\'x"'),
        ("-B a='x'y", "text behind a closing quote: \"'x'y\""),
        ("w='x','y'", "text behind a closing quote"),
        ("-B =x", "a value without a name: '=x'"),
        ("-B a=1,-b=2", "a property that looks like an option: '-B a=1,-b=2'"),
        ("-B bootpath=a'b\"c", "a value that holds both kinds of quotes and needs one around it: bootpath=a'b\"c"),
        ("w='x -k'", "a word in which the guest would find an option: \"w='x -k'\""),
        ("w='x\t-k'", "a word in which the guest would find an option"),
        ("a\nb", "a control character: 'a\\nb'"),
        ("a\x00b", "a control character"),
        ("a\x9bb", "a control character"),
        ("a\u2028b", "a control character"),
        ("a\ud800b", "a control character"),
    ],
)
def test_what_cannot_be_read(text: str, wrong: str) -> None:
    with pytest.raises(Unreadable) as caught:
        parse(text)
    assert str(caught.value).startswith(wrong)


@pytest.mark.parametrize(
    ("text", "args"),
    [
        ("", BootArgs()),
        ("-kd -v -dk", BootArgs("kdv")),
        ("-k\t-B\ta=1", BootArgs("k", properties=(("a", "1"),))),
        ("- nowin -", BootArgs(words=("nowin",))),
        ("w w", BootArgs(words=("w", "w"))),
        ("-vi /sbin/x", BootArgs("v", (("i", "/sbin/x"),))),
        ("-i/sbin/x,y", BootArgs(options=(("i", "/sbin/x,y"),))),
        ("-i 'x'", BootArgs(options=(("i", "x"),))),
        ("-vm milestone=none -k", BootArgs("vk", dropped=("-m milestone=none",))),
        ("-vmx", BootArgs("v", dropped=("-mx",))),
        ("-m 'a b' c", BootArgs(words=("c",), dropped=("-m 'a b'",))),
        ("-m", BootArgs(dropped=("-m",))),
        ("-m -v", BootArgs("v", dropped=("-m",))),
        ("-m-v", BootArgs(dropped=("-m-v",))),
        ("-B +a=1,#b=2", BootArgs(properties=(("+a", "1"), ("#b", "2")))),
        ("-i /x-", BootArgs(options=(("i", "/x-"),))),
        ("-kBa=b c", BootArgs("k", words=("c",), properties=(("a", "b"),))),
        ("-B a,b=1,,c", BootArgs(properties=(("b", "1"), ("a", None), ("c", None)))),
        ("-B a='x y',b=\"p,q\"", BootArgs(properties=(("a", "x y"), ("b", "p,q")))),
        ("-B a=x'y", BootArgs(properties=(("a", "x'y"),))),
        ("-B a=1 -B a=2,b=3", BootArgs(properties=(("a", "2"), ("b", "3")))),
        ("--foo -k/x -", BootArgs(words=("--foo", "-k/x"))),
        ("w='x y' 'z", BootArgs(words=("w='x y'", "'z"))),
        ("w='-k'", BootArgs(words=("w='-k'",))),
    ],
)
def test_what_is_read(text: str, args: BootArgs) -> None:
    assert parse(text) == args


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("-B a=1 -B a=2", ("-x: a=1 is not passed on, for the same name is given again",)),
        ("-B a=1,a=1", ()),
        ("-B a,a=1", ("-x: a is not passed on, for the same name is given again",)),
        ("-i x -i y", ("-x: -i x is not passed on, for -i is given again",)),
        ("-i y -i x", ("-x: -i y is not passed on, for -i is given again",)),
        ("-i x -i x", ()),
    ],
)
def test_what_is_lost_is_said(text: str, messages: tuple[str, ...]) -> None:
    assert read_extra_args(text).messages == messages


@pytest.mark.parametrize(
    ("name", "value", "written"),
    [
        ("a", "x", "x"),
        ("a", "", ""),
        ("a", "x y", "'x y'"),
        ("a", "x\ty", "'x\ty'"),
        ("a", "x,y", "'x,y'"),
        ("a", "it's, so", '"it\'s, so"'),
        ("a", "it's", "it's"),
        ("a", "'x", '"\'x"'),
        ("a", '"x', "'\"x'"),
        ("bootpath", "/x@1:a", "'/x@1:a'"),
        ("bootpath", "", "''"),
    ],
)
def test_values_are_quoted_where_they_need_it(name: str, value: str, written: str) -> None:
    assert quoted(name, value) == written


def test_merging_keeps_the_first_of_each_name() -> None:
    first = BootArgs("kd", (("i", "x"),), ("w", "w"), (("a", "1"), ("b", None)))
    second = BootArgs("dv", (("i", "y"),), ("w", "z"), (("a", "2"), ("c", "3")), ("-m",))
    assert merge([first, second]) == BootArgs(
        "kdv", (("i", "x"),), ("w", "w", "z"), (("a", "1"), ("c", "3"), ("b", None)), ("-m",)
    )


def test_the_whole_line() -> None:
    args = BootArgs("kd", (("i", "/x"),), ("w",), (("a", "1"), ("b", None)))
    assert render(args) == "-kd -i /x - w -B a=1,b"
    assert render(BootArgs()) == ""
