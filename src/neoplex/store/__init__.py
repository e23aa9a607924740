"""The embedded store and remote SPARQL stores."""
