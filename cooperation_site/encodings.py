"""What requests say of their own encoding."""


class TextEncodingMiddleware:
    """Reads as UTF-8 what claims to be in one that Python knows, but not for texts: ``rot13``."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.encoding:
            try:
                b"=".decode(request.encoding, "replace")
            except (LookupError, ValueError):
                request.encoding = None
        return self.get_response(request)
