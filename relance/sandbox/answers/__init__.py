"""The mails that prospects and their machines send back."""
