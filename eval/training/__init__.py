"""Training: the reader's weights, learnt from questions over articles."""
