"""From case files to checked facts and RDF."""
