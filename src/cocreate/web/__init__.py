"""The pages: what people read and fill in, over the same questions as the API."""
