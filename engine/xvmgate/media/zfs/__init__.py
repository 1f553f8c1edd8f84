"""A ZFS root pool, read lazily and never written; from the published on-disk format (Sun Microsystems, 2006)."""
