"""Faults in ontology, data and mappings, found by queries and counts."""
