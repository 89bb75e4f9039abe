"""What every command needs: its session, questions to the person, tables, progress, errors, the language."""
