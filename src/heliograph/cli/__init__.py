"""The command `heliograph`, with a module for each command or group of commands.

`main` groups the commands and reports errors; `options` has what several of them share. Commands import the server or
the client only when they run, so that `heliograph --help` is quick. `serve` and `deliver` start what
`heliograph.assembly` puts together; the others open the database, or call a server with the client.
"""
