"""Models: embedder, reranker and their export to ONNX."""
