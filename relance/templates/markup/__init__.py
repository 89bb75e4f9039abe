"""From what an author wrote to both parts of a mail: Markdown, HTML, links."""
