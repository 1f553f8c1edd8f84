"""Verdicts on engines: what is expected against what was answered, by meaning, with both sides of every reading."""
