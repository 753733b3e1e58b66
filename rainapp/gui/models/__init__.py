"""The page of the library, and the button that shows the model in use."""
