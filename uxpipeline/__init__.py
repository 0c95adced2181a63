"""Behaviour events in PostgreSQL become ranked friction, proposals and randomised tests."""

__version__ = "0.1.0"
