"""Draws the plots of the numbers: the one place that knows the library for it."""
