"""The accountable co-creation log: what became of our wish, and why?"""
