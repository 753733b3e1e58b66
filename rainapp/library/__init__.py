"""Models: their cards, the library, recognising foreign weights and importing them."""
