"""Long work in the background: imports, and changes of many people. Goes on where it was left, whoever takes it up."""
