"""What is drawn on clean photos so that a net learns to leave it alone."""
