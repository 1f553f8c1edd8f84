"""Find 12 paths on an ISO in process, with one of two readers, and print the seconds: `find_paths.py READER ISO`.

The median of 20 times is printed; each opens the image anew.
"""

import statistics
import sys
import time

PATHS = [
    "/boot/platform/i86xpv/kernel/unix",
    "/boot/platform/i86xpv/kernel/amd64/unix",
    "/boot/x86.miniroot",
    "/boot/amd64/x86.miniroot",
    "/platform/i86xpv/kernel/unix",
    "/platform/i86xpv/kernel/amd64/unix",
    "/boot/x86.microroot",
    "/boot/amd64/x86.microroot",
    "/platform/i86pc/boot_archive",
    "/platform/i86pc/amd64/boot_archive",
    "/boot/grub/menu.lst",
    "/boot/multiboot",
]


def xvmgate(image: str) -> int:
    """Find with xvmgate."""
    from xvmgate.media import open_medium  # noqa: PLC0415  # only the reader asked for

    with open_medium(image) as medium:
        return sum(medium.lookup(path).is_file for path in PATHS)


def xenfsimage(image: str) -> int:
    """Find with Xen's reader."""
    import xenfsimage as reader  # type: ignore[import-not-found]  # noqa: PLC0415  # as above

    filesystem = reader.open(image, 0)
    return sum(bool(filesystem.file_exists(path)) for path in PATHS)


if __name__ == "__main__":
    reader, path = sys.argv[1:]
    find = {"xvmgate": xvmgate, "xenfsimage": xenfsimage}[reader]
    if find(path) != 6:
        sys.exit(f"{reader} does not find the six files that are there")
    times = []
    for _ in range(20):
        start = time.perf_counter()
        find(path)
        times.append(time.perf_counter() - start)
    print(statistics.median(times))
