"""An opened index, its info and its listing."""
