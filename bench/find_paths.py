"""Find 12 paths on an ISO in process, with one of two readers, and print the seconds: `find_paths.py READER ISO`.

Either reader opens the image once before the clock starts, so that loading its code is not timed.
"""

import sys
import time

PATHS = [
    "/boot/platform/i86xpv/kernel/unix", "/boot/platform/i86xpv/kernel/amd64/unix", "/boot/x86.miniroot",
    "/boot/amd64/x86.miniroot", "/platform/i86xpv/kernel/unix", "/platform/i86xpv/kernel/amd64/unix",
    "/boot/x86.microroot", "/boot/amd64/x86.microroot", "/platform/i86pc/boot_archive",
    "/platform/i86pc/amd64/boot_archive", "/boot/grub/menu.lst", "/boot/multiboot",
]


def xvmgate(image: str) -> int:
    """Find with xvmgate."""
    from xvmgate.media import open_medium  # noqa: PLC0415  # one reader is imported, not timed

    open_medium(image).close()
    start = time.perf_counter()
    with open_medium(image) as medium:
        found = sum(medium.lookup(path).is_file for path in PATHS)
    print(time.perf_counter() - start)
    return found


def xenfsimage(image: str) -> int:
    """Find with Xen's reader."""
    import xenfsimage as reader  # type: ignore[import-not-found]  # noqa: PLC0415

    reader.open(image, 0).file_exists("/")
    start = time.perf_counter()
    filesystem = reader.open(image, 0)
    found = sum(bool(filesystem.file_exists(path)) for path in PATHS)
    print(time.perf_counter() - start)
    return found


if __name__ == "__main__":
    reader, path = sys.argv[1:]
    if {"xvmgate": xvmgate, "xenfsimage": xenfsimage}[reader](path) != 6:
        sys.exit(f"{reader} does not find the six files that are there")
