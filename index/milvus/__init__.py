"""An index in Milvus. Only Milvus Lite was ever run. Lease, lexicon and catalogue exist because Milvus lacks them."""
