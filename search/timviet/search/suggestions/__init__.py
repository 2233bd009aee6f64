"""Suggest, while somebody types, how the phrase may go on: words and phrases of the index, common ones first."""
