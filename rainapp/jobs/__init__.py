"""What is to be done and what came of it, as records; the lanes that do it; names of results; presets."""
