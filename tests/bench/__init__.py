"""Speed and memory of neoplex as ratios against a named peer in the same run."""
