"""What the window knows, without widgets: the list, its files, the queue, the session."""
