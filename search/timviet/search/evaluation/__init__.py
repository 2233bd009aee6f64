"""How well queries are answered, beside plain BM25 on the same index, and how that compares with an earlier run."""
