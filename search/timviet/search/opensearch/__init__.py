"""Answer queries from an index on OpenSearch.

The cluster counts, and finds the paragraphs that may be among the best; what they score is worked out here, by the
code that scores those of an index here.
"""
