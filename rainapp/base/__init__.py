"""What everything else speaks: errors, paths, settings, pictures, files of our own. Nothing here knows another room."""
