"""An article: text, layout, sentences, passages."""
