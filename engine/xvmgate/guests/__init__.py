"""A plan made real: the libvirt domain that it is."""
