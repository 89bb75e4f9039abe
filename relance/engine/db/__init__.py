"""The database itself and what is at rest in it: connections, tables, migrations, sealed credentials."""
