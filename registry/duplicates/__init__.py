"""Records that may be one: ``finding`` suspects, people decide, ``merging`` merges and undoes."""
