"""Tasks: what a sample and its target are, and which error is taken."""
