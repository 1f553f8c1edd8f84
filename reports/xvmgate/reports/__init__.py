"""What was found, as values (`events`), what follows from it (`verdict`), and one module a report format."""
