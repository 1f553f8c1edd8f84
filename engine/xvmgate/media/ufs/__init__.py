"""UFS1 in the byte order of x86, as Solaris and the BSDs write it; read lazily, never written."""
