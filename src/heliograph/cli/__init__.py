"""The command line: `main` has the group of commands, and each command or group of commands has its own file."""
