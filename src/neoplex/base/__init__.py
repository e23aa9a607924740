"""What everything else stands on: names, errors, places. Imports nothing of neoplex."""
