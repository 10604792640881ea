from . import views
from .access import PUBLIC, route

urlpatterns = [
    route("sign-in/", views.sign_in, may=PUBLIC, name="sign_in"),
    route("sign-out/", views.sign_out, may=PUBLIC, name="sign_out"),
    route("preferences/", views.preferences, may=PUBLIC, name="preferences"),
]
