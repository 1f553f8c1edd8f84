"""How a medium is read: one module a kind; `formats` says what the files on it are."""

from .base import Entry, Lookup, Medium, MediumError, open_medium

__all__ = ["Entry", "Lookup", "Medium", "MediumError", "open_medium"]
