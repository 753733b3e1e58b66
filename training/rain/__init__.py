"""The rain generator: profiles, streaks, clips, night, and statistics of rain."""
