"""Forms: lines that are more than paragraphs: turns, entries, posts, tables, lists, fact-checks, notes, markup, links."""
