"""Public addresses."""

app_name = "registry"
urlpatterns = []
