"""Engines that are judged: ours in this process, any other as a program that speaks protocol 1."""
