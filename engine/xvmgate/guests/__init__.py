"""A plan made real: the libvirt domain that it is, its life, and a boot in an emulator."""
