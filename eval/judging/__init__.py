"""Claims and speakers compared with what people read."""
