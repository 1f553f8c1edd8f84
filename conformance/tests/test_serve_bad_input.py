"""What `xvmgate serve` refuses, and how."""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from xvmgate.cli.serve import _OneLine

NEVADA = "nevada-snv121-dvd"


def refuse(*words: object) -> str:
    """Run what is to be refused and return the one sentence."""
    command = [sys.executable, "-m", "xvmgate.cli", "serve", *map(str, words)]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, timeout=30)
    assert (ran.returncode, ran.stdout) == (4, "")
    assert len(ran.stderr.splitlines()) == 1
    return ran.stderr


def test_bad_input_is_one_sentence(tmp_path: Path, layout_tree: Callable[[str], Path]) -> None:
    (tmp_path / "text").write_text("hello\n")
    assert "No such file" in refuse(tmp_path / "none")
    assert "no ISO9660, UFS or ZFS image: text" in refuse(tmp_path / "text")
    assert "65536 is not in the range" in refuse(tmp_path, "--port", "65536")
    assert "Missing argument 'PATH'" in refuse()
    assert "cannot be listened on: " in refuse(tmp_path, "--host", "203.0.113.1", "--port", "0")
    assert "cannot be listened on: " in refuse(tmp_path, "--host", "no.such.host.invalid", "--port", "0")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"127.0.0.1 port {port}: cannot be listened on: Address already in use" in refuse(
            layout_tree(NEVADA), "--port", port
        )


def test_without_the_extra_it_says_how_to_get_it(tmp_path: Path) -> None:
    (tmp_path / "werkzeug.py").write_text("raise ModuleNotFoundError('gone', name='werkzeug')\n")
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-m", "xvmgate.cli", "serve", str(tmp_path)]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, env=env)
    assert ran.returncode == 4
    assert "needs the package werkzeug, which is not installed; say pip install 'xvmgate[serve]'" in ran.stderr


def test_a_defect_is_one_line_of_the_log() -> None:
    lines: list[str] = []
    logger = logging.Logger("server")
    logger.addHandler(_OneLine(lines.append))
    logger.warning("Task queue depth is 1")
    try:
        raise KeyError("x")
    except KeyError:
        logger.exception("Exception while serving /")
    logger.error("odd")
    assert lines == ["error Exception while serving /: KeyError: 'x'", "error odd"]


def test_where_it_serves_as_json_and_quietly(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "xvmgate.cli", "serve", str(tmp_path), "--port", "0", "--json", "-q"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert (said["schema"], said["path"]) == ("xvmgate.serve/1", str(tmp_path))
    assert said["url"].startswith("http://127.0.0.1:")
    assert (process.returncode, err) == (0, "")
