"""The query that finds paragraphs like a given one: of its words those that tell most about it."""

from collections import Counter
from heapq import nlargest

from whoosh.query import NullQuery, Query

from timviet.index.analysis import Forms, analyze, typed_without_marks
from timviet.index.schema import folded_field
from timviet.search.lexicon import Lexicon
from timviet.search.query import Word, Words
from timviet.search.rank import inverse_document_frequency

# So many words of a paragraph are searched for: more of them make the search slower and tell little.
MOST_WORDS = 24


def words_of(text: str, lexicon: Lexicon) -> Query:
    """Return a query for the words that tell most about a paragraph, in their order there; of none, nothing.

    How much a word tells is how often it occurs, times its inverse document frequency; words that no other paragraph
    has tell nothing of others. Marks count as written, in a paragraph typed without them not at all.

    Args:
        text: the paragraph.
        lexicon: the terms of the index.
    """
    tokens = analyze(text)
    is_unmarked = typed_without_marks(token.forms for token in tokens)
    occurrences = Counter(token.forms for token in tokens)
    surfaces = {token.forms: token.surface for token in tokens}

    def telling(forms: Forms) -> float:
        found = lexicon.document_frequency(folded_field("text"), forms.folded)
        if not is_unmarked:
            found = lexicon.document_frequency("text", forms.keyed)
        return occurrences[forms] * inverse_document_frequency(found, lexicon.paragraph_count) if found > 1 else 0.0

    best = set(nlargest(MOST_WORDS, filter(telling, occurrences), key=telling))
    words = [
        Word("text", surfaces[own], "ignore" if is_unmarked else "strict", occurrences[own])
        for own in occurrences
        if own in best
    ]
    return Words(words) if words else NullQuery
