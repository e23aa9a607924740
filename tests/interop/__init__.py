"""Proof by foreign tools: software that nobody here wrote reads what neoplex exports (`make interop`)."""
