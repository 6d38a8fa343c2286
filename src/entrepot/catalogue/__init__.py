"""The catalogue: what is on offer, by whom and on which terms."""
