"""Tables of records and JSON: many documents a file."""
