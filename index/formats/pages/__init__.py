"""Pages: pictures of the pages of a PDF, with the boxes of words."""
