"""Records of other systems, on their way in and out: one file for each format."""
