from django.db import models

from .people import User


class KeptForm(models.Model):
    """What somebody had typed when their session ended, for them alone, until they sign in again or half an hour has gone."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    path = models.CharField(max_length=400)  # where it was sent
    page = models.CharField(max_length=400)  # where it stood
    sealed_fields = models.TextField()  # JSON under lib/sealing.py: names and amounts of clients stand in it
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "path"], name="kept_form_one_a_path")]

    def __str__(self):
        return f"Kept form {self.pk}"
