"""Stars, tags and notes of readers on quotes and articles, kept beside the index and shared by all."""
