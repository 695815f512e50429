"""Signing in, on top of django-allauth: who may, with what, how often.

``adapters`` tells allauth how this site differs from its defaults; ``second_factor`` asks for more
than a password where an administrator wants it.
"""
