"""Saved questions against the rows that the papers give."""
