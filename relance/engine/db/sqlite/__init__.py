"""How we talk to SQLite: opened for work, opened to look only, and the disks it may lie on."""
