"""What a person has besides their password: an authenticator app, and ten codes on paper for the day it is lost."""

from django.db import models

from .people import User


class SecondFactor(models.Model):
    """One authenticator app. It counts once a code of it was entered (`confirmed_at`)."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="second_factor")
    sealed_secret = models.TextField()  # lib/sealing.py: a stolen backup holds no factor
    made_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True)
    last_step = models.BigIntegerField(default=0)  # the 30 seconds of the newest code used: it and older are spent

    def __str__(self):
        return f"Second factor of {self.user_id}"


class RecoveryCode(models.Model):
    """One of ten; used once. Only its keyed hash is kept: 80 random bits need no slow one."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    code_hash = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "code_hash"], name="recovery_code_once")]

    def __str__(self):
        return f"Recovery code of {self.user_id}"
