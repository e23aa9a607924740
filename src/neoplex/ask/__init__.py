"""Saved questions, queries from outside, and how answers are written."""
