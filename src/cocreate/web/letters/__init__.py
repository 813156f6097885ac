"""Letters to those who follow by e-mail: what they say, and when they go."""
