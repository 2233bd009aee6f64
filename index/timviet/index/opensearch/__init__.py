"""An index on an OpenSearch cluster: how it is laid out there, written, and described."""
