"""The words and rules of co-creation: pure, with no I/O and no clock of its own."""
