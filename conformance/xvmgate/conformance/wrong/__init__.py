"""Engines that are wrong on purpose, one mistake each: the proof that the suite can fail, rule by rule."""
