from django.template.loader import get_template
from django.test import Client
from django.urls import path


def fail(request):
    raise RuntimeError("as a test")


fail.may = "public"
urlpatterns = [path("fail/", fail)]


def test_our_own_failure_is_told_without_database_user_or_context(settings):
    settings.ROOT_URLCONF = __name__
    response = Client(raise_request_exception=False).get("/fail/")
    assert response.status_code == 500
    assert "Something failed on our side" in response.content.decode()


def test_a_request_that_cannot_be_read_is_told(settings):
    response = Client(raise_request_exception=False).get("/sign-in/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "could not read" in response.content.decode()


def test_a_conflict_says_who_changed_it(rf):
    page = get_template("409.html").render({"what": "J. Tran posted 50.00 at 1:12 pm."}, rf.get("/"))
    assert "J. Tran posted 50.00 at 1:12 pm." in page
    assert "nothing of theirs was overwritten" in page
