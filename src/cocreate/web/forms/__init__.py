"""Forms made from structs: their fields, what was typed in them, and what is wrong with it."""
