"""Texts in the encodings that Vietnamese was written in before Unicode: decoded, and told apart by what they say."""
