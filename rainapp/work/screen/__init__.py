"""What the screen asks for: previews, frames to play, the profile of a monitor."""
