"""The headline figures, each beside a peer measured in the same run on the same server."""
