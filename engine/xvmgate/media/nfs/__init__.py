"""Media on an NFS server, read in user space: a tree, or an image on the export; nothing is mounted on the host."""
