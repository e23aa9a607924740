"""What follows from what a case reports: rules, doses, searches, proofs."""
