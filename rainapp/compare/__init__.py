"""Models side by side on photos of one's own."""
