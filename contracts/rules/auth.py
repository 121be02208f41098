"""AUTH: who has no right token learns nothing and changes nothing."""
