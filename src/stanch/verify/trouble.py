"""Why there is no answer."""


class NoAnswer(Exception):
    """No answer came, or none that may be believed; the message says why, and holds nothing of the credential.

    It is raised where the cause is known and always `from None`: what libraries say may quote what was sent.
    """
