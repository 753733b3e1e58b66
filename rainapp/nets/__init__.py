"""Architectures, one a file, the table of them, and nets of others."""
