"""Quote, Answer and Comparison, and making them."""
