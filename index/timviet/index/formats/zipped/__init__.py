"""Formats that are zip packages of XML: Word, OpenDocument, e-books."""
