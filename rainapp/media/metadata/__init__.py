"""What photos say about themselves: EXIF, XMP, IPTC, and what stands beside the picture."""
