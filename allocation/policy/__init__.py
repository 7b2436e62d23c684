"""Rules in force: the kinds an officer can name, and their dated, cited parameters."""
