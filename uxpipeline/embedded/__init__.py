"""A PostgreSQL server that comes with the package and runs while somebody uses it."""
