"""One module for each family of tools; each has ``run(folder)``, which yields results. A new file here is found by itself."""
