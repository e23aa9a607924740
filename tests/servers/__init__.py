"""Real SPARQL servers on this machine, for tests and for trying things by hand.

``python -m tests.servers oxigraph`` and ``python -m tests.servers virtuoso`` start one, say where it listens, and stop it on
Ctrl-C. Each listens on 127.0.0.1 only and keeps its data in a folder that goes with it, unless one is named.
"""
