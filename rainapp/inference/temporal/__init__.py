"""From frame to frame: aligning neighbours, weighing them, taking flicker out."""
