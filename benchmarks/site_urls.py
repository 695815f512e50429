"""The registry, an empty page, and the list that one would write first."""

from django.http import HttpResponse
from django.urls import path

from benchmarks.plain_list import PlainList
from cooperation_site.urls import urlpatterns as registry

urlpatterns = [
    path("empty/", lambda _request: HttpResponse("")),
    path("plain/", PlainList.as_view()),
    *registry,
]
