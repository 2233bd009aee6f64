"""Look names up: titles, paths and values of metadata, however they are marked, and however much of them was typed."""
