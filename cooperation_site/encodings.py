"""What requests say of their own encoding."""

import re

CHARSET = re.compile(r';\s*charset\*?\d*\*?=\s*(?:"([^"]*)"|([^;]*))', re.IGNORECASE)


def in_text(application):
    """The application, for which everything is UTF-8 that claims to be in no encoding of texts.

    Python knows some (rot13, zip) that Django takes for one, and fails before it handles a request.
    """

    def answer(environ, start_response):
        said = environ.get("CONTENT_TYPE", "")
        if any(not _is_of_texts(one or other) for one, other in CHARSET.findall(said)):
            environ["CONTENT_TYPE"] = CHARSET.sub("", said)
        return application(environ, start_response)

    return answer


def _is_of_texts(charset: str) -> bool:
    try:
        b"=".decode(charset.strip(), "replace")
    except (LookupError, ValueError):
        return False
    return True
