"""Formats of other tools: exports with their loss lists, imports that refuse what they cannot read."""
