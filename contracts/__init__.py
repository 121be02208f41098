"""The judge: a suite of rules that a server of the Backstage Scaffolder API keeps or breaks."""
