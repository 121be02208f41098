"""What the Scaffolder pages of Backstage call beside the Scaffolder: sign-in, catalog and permissions, read-only."""
