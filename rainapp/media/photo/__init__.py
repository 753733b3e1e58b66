"""Photos: one source and one sink over a module for each format."""
