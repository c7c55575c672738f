"""Gradio served behind a guard."""
