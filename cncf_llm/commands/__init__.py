"""What the command line does, one command a file. Dagster does the work; these ask and print."""
