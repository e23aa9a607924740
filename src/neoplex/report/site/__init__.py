"""The documentation site: pages made from the graph and the shipped files, which read without a network and without scripts."""
