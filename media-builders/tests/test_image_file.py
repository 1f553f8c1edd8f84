"""The gathering file against a plain one: whatever is written and sought, the same bytes, or a refusal."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xvmgate.builders import image_file
from xvmgate.builders.image_file import GATHER, ImageFile

SEEKS = st.one_of(
    st.tuples(st.integers(0, 9000), st.just(io.SEEK_SET)),
    st.tuples(st.integers(0, 3000), st.just(io.SEEK_CUR)),
    st.tuples(st.integers(0, 3000), st.just(io.SEEK_END)),
)
STEPS = st.lists(st.one_of(st.binary(min_size=1, max_size=40), SEEKS), max_size=30)


@pytest.mark.parametrize("gather", [64, GATHER])
@settings(max_examples=200, deadline=None)
@given(steps=STEPS)
def test_it_writes_what_a_plain_file_would(
    gather: int, tmp_path_factory: pytest.TempPathFactory, steps: list[bytes | tuple[int, int]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "image"
    plain = io.BytesIO()
    refused = ""
    try:
        with pytest.MonkeyPatch.context() as patch, open(path, "wb", buffering=0) as raw, ImageFile(raw) as image:
            patch.setattr(image_file, "GATHER", gather)
            for step in steps:
                for file in (image, plain):
                    if isinstance(step, bytes):
                        file.write(step)
                    else:
                        file.seek(*step)
                assert image.tell() == plain.tell()
    except ValueError as error:
        refused = str(error)
    if refused:
        assert "written twice" in refused
    else:
        assert path.read_bytes() == plain.getvalue()


def test_a_patch_of_what_was_written_and_going_on_behind_it(tmp_path: Path) -> None:
    """As with a boot info table."""
    with open(tmp_path / "x", "wb", buffering=0) as raw, ImageFile(raw) as image:
        image.seek(4096)
        image.write(b"b" * 2000)
        image.seek(47, 1)
        image.write(b"\0")
        image.seek(4096 + 8)
        image.write(b"table")
        image.seek(4096 + 2048)
        image.write(b"next")
    data = (tmp_path / "x").read_bytes()
    assert data == bytes(4096) + b"b" * 8 + b"table" + b"b" * 1987 + bytes(48) + b"next"


def test_much_is_written_in_between(tmp_path: Path) -> None:
    with open(tmp_path / "x", "wb", buffering=0) as raw, ImageFile(raw) as image:
        image.write(bytes(GATHER))
        assert (tmp_path / "x").stat().st_size == GATHER


def test_an_exception_leaves_what_was_gathered_unwritten(tmp_path: Path) -> None:
    with open(tmp_path / "x", "wb", buffering=0) as raw, pytest.raises(KeyboardInterrupt), ImageFile(raw) as image:
        image.write(b"x")
        raise KeyboardInterrupt
    assert (tmp_path / "x").stat().st_size == 0
