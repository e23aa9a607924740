"""From source tables and hand-written modules to the ontology, the atlas and the released file."""
