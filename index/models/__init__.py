"""Models: the embedder and its export to ONNX."""
