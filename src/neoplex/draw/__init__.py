"""Figures from the graph: what is drawn is decided here, how it is drawn is left to matplotlib."""
