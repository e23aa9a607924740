"""neoplex: a knowledge graph of cancer that reaches the psoas muscle and the lumbosacral plexus."""

__version__ = "0.1.0"
