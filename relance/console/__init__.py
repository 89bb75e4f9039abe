"""The web console: pages for salespeople. What a page does is done by `relance.app`, as the one who signed in."""
