"""Articles: text, layout, sentences, passages."""
