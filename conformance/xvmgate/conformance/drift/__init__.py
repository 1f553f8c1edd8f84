"""What a medium holds (`taking`), as a file of text (`writing`, `reading`), and what moved between two (`compare`)."""
