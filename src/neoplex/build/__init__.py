"""From everything that is shipped or added to one store, all or nothing."""
