"""The commands, a module for each; :mod:`cocreate.cli` knows them by name."""
