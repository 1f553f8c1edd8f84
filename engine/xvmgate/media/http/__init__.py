"""Media on a web server: a tree of files, or an image that is read by ranges (RFC 9110, section 14)."""
