"""Attribution: whose word a sentence is."""
