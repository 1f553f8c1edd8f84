"""A pool: what its label and its own set of objects say, and the dataset that it boots (on-disk format, chapter 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xvmgate.media.base import MediumError
from xvmgate.media.zfsroot import ZfsRoot

from . import pointer
from .device import Device
from .label import LabelError, read_label
from .objset import FILE_SYSTEM, POOL, Objset

if TYPE_CHECKING:
    from xvmgate.media.source import ByteSource

NEWEST, FEATURES = 28, 5000
"""The newest version by number, and the one that stands for a pool of named features."""
KNOWN_FEATURES = frozenset(
    {
        "com.delphix:embedded_data",
        "com.delphix:extensible_dataset",
        "com.delphix:hole_birth",
        "com.joyent:multi_vdev_crash_dump",
        "org.illumos:lz4_compress",
        "org.open-zfs:large_blocks",
    }
)
"""Features that change what a reader meets, and that this one knows."""
STATES = {2: "it was destroyed", 3: "it is a spare device", 4: "it is a cache device"}
"""States of a device that hold no pool to read."""
WHOLE = ("disk", "file", "mirror", "replacing", "spare")
"""Kinds of devices of which each part holds every block."""
DIRECTORY = 1
"""The object that names the pool's others."""
DATASET, DATASET_ROOT_AT, DATASET_SIZE = 16, 128, 256
"""The kind of a dataset's own bytes, where its pointer lies in them, and how many of them are read."""
MAX_LEAVES = 64
"""Devices of a mirror that are looked at."""


class Pool:
    """An opened pool; `root` is what it says of itself."""

    def __init__(self, source: ByteSource) -> None:
        """Read the labels and the pool's own set of objects.

        Raises MediumError for damage, and for a version, a feature or a kind of device that is not supported.
        """
        self._source = source
        try:
            config, uberblock = read_label(source)
        except LabelError as error:
            raise source.broken(f"a ZFS pool that cannot be read: {error}") from error
        self._refuse_version(uberblock.version)
        self._refuse_features(name for name in _table(config, "features_for_read"))
        tree = self._usable(config)
        self._device = Device(source, _number(tree, "id"))
        self._own = Objset(source, self._device, uberblock.root, "its pool's own data")
        if self._own.kind != POOL:
            raise self._own.broken(f"are of kind {self._own.kind}")
        if uberblock.version == FEATURES:
            self._refuse_active_features()
        name = config.get("name")
        self.root = ZfsRoot(
            pool=name if isinstance(name, str) else "",
            objset=self._bootfs(),
            bootpath=_physical_path(tree, config.get("guid")),
            version=uberblock.version,
        )

    def file_system(self, number: int) -> Objset:
        """Return the file system of a dataset, by its object number. Raises MediumError for damage."""
        own = self._own.object(number).dnode
        if own.bonus_kind != DATASET or len(own.bonus) < DATASET_SIZE:
            raise self._own.broken(f"cannot be read: its object {number} is no dataset")
        root = pointer.parse(own.bonus, DATASET_ROOT_AT, own.order)
        if root.is_hole:
            raise self._own.broken(f"cannot be read: its dataset {number} is empty")
        found = Objset(self._source, self._device, root, f"its dataset {number}")
        if found.kind != FILE_SYSTEM:
            raise found.broken(f"is no file system but of kind {found.kind}")
        return found

    def _refuse_version(self, version: int) -> None:
        if 1 <= version <= NEWEST or version == FEATURES:
            return
        problem = f"ZFS pool version {version}, which is not supported (1 to {NEWEST} and {FEATURES} are)"
        advice = "create the pool with an older version (zpool create -o version=N)"
        raise MediumError(self._source.location, problem, advice, rule="XVM-FS-02")

    def _refuse_features(self, active: Any) -> None:
        unknown = sorted(set(active) - KNOWN_FEATURES)
        if unknown:
            problem = f"a ZFS pool that uses the feature {', '.join(unknown)}, which is not supported"
            advice = f"create the pool with version {NEWEST} or without that feature"
            raise MediumError(self._source.location, problem, advice, rule="XVM-FS-02")

    def _refuse_active_features(self) -> None:
        number = self._own.zap(DIRECTORY).number("features_for_read")
        table = self._own.zap(number).items() if number else ()
        self._refuse_features(name for name, uses in table if any(uses))

    def _usable(self, config: dict[str, Any]) -> dict[str, Any]:
        """Return the label's description of the device; refuse what has no whole copy of the pool's blocks."""
        problem = STATES.get(_number(config, "state"))
        tree = _table(config, "vdev_tree")
        kind = tree.get("type")
        if problem is None and kind not in WHOLE:
            parity = _number(tree, "nparity") if kind == "raidz" else 0
            problem = f"its devices are joined as {kind}{parity if parity > 1 else ''}, which is not supported"
        if problem is None and _number(tree, "is_log"):
            problem = "it is a log device"
        if problem is None and not _number(config, "version") and not _number(config, "pool_guid"):
            problem = "its label names no pool"
        if problem:
            advice = "give a disk, or one side of a mirror, that holds the whole pool"
            raise MediumError(self._source.location, f"a ZFS device that cannot be read: {problem}", advice)
        end = _number(tree, "asize") + pointer.DATA_START
        if end > self._source.size:
            raise self._source.broken(f"truncated: its pool's device ends at byte {end} of {self._source.size}")
        return tree

    def _bootfs(self) -> int | None:
        number = self._own.zap(DIRECTORY).number("pool_props")
        return (self._own.zap(number).number("bootfs") or None) if number else None


def _physical_path(tree: dict[str, Any], guid: object) -> str | None:
    """Return the physical path of the device whose label it is, of all that the label describes."""
    todo, own = [tree], None
    for _ in range(MAX_LEAVES):
        if not todo:
            break
        found = todo.pop()
        children = found.get("children")
        todo += [child for child in children if isinstance(child, dict)] if isinstance(children, list) else []
        if found.get("guid") == guid:
            own = found.get("phys_path")
    return own if isinstance(own, str) and own else None


def _table(found: dict[str, Any], name: str) -> dict[str, Any]:
    value = found.get(name)
    return value if isinstance(value, dict) else {}


def _number(found: dict[str, Any], name: str) -> int:
    value = found.get(name)
    return value if isinstance(value, int) else 0
