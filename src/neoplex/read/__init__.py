"""Readers: tables, YAML with positions, RDF. They read and never write."""
