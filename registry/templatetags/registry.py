"""Template tags of the registry."""

from django import template

register = template.Library()
