"""The page of files: list, settings of the treatment, the button that starts."""
