"""Words in, listings out: one tokeniser and one query language for both stores."""
