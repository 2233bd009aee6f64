"""All that a query finds: what of it is kept, in which order, grouped how, and how many have which value."""
