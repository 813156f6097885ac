"""Pictures, worked out on the server as plain data that templates draw as SVG."""
