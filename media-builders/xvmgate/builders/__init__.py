"""Synthetic media: `tree` writes a layout's files, `iso` an image of them; `kernel` and `ramdisk` what lies on them."""
