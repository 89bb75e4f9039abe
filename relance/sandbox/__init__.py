"""A mail world in one process: SMTP, IMAP, and prospects that open, click, answer and bounce.

`world` holds the servers and the reps' mailboxes, `record` what really happened there. `people` invents contacts,
`behaviour` decides what each will do, `prospects` lets them do it. `audit` holds the record against the promises.
"""
