"""Moving GIF, WebP, PNG and AVIF."""
