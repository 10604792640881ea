"""One file. What differs between machines comes from the environment, read in the first block; the rest is the product.

With nothing set, `manage.py` starts embedded servers and fills in DATABASE_URL, DATABASE_OWNER_URL, REDIS_URL and
EMAIL_URL before this file is read (billing_office/launch), so the code paths are those of production.
"""

import os
from pathlib import Path
from urllib.parse import unquote

import environ
from csp.constants import NONCE, NONE, SELF  # noqa: F401
from django.core.exceptions import ImproperlyConfigured

from billing_office import BASE_DIR

env = environ.Env()

OFFICE_HOME = Path(env.str("OFFICE_HOME", str(BASE_DIR / "var"))).resolve()
PRODUCTION = env.bool("PRODUCTION", False)
DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])  # former keys, after a change
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
OFFICE_TZ = env.str("OFFICE_TZ", "America/Chicago")
DATABASE_URL = env.str("DATABASE_URL", "")
DATABASE_OWNER_URL = env.str("DATABASE_OWNER_URL", "")
REDIS_URL = env.str("REDIS_URL", "redis://127.0.0.1:6379/0")
EMAIL_URL = env.str("EMAIL_URL", "")
MAIL_SINK = env.str(
    "MAIL_SINK", ""
)  # the folder where the local SMTP sink keeps what it received; empty: a real server is in use
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", "billing@office.example")

if not SECRET_KEY:
    if PRODUCTION:
        raise ImproperlyConfigured("Set SECRET_KEY: a long random text that stays the same between restarts.")
    SECRET_KEY = "local-only-" + "k" * 50

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "csp",
    "billing_office.apps.BillingOfficeConfig",
    "billing_office.staff",
    "billing_office.audit",
    "billing_office.approvals",
    "billing_office.outbox",
    "accounts",
    "insurance",
    "invoices",
    "dunning",
    "billing_office.mailroom",
    "billing_office.intake",
    "billing_office.desk",
    "billing_office.launch",
]

MIDDLEWARE = [
    "billing_office.lib.logs.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "billing_office.staff.sessions.Sessions",
    "billing_office.audit.gate.Gate",
    "billing_office.desk.lists.opening.Opening",
    "billing_office.staff.kept_forms.Refill",
]

ROOT_URLCONF = "billing_office.urls"
WSGI_APPLICATION = "billing_office.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "billing_office.desk.navigation.bar",
                "billing_office.staff.clocks.left",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "billing_office.lib.templatetags.office",
                "billing_office.staff.templatetags.staff",
                "billing_office.desk.templatetags.lists",
            ],
        },
    },
]

# -- database: two roles, see README "Two database roles" --------------------------------------------------------------
DATABASES = {"default": env.db_url_config(DATABASE_URL or "postgres:///billing_office")}
DATABASES["default"] |= {
    "HOST": unquote(
        DATABASES["default"]["HOST"]
    ),  # a socket's folder is percent-encoded in the address, as libpq wants it
    "CONN_MAX_AGE": env.int("CONN_MAX_AGE", 60),
    "CONN_HEALTH_CHECKS": True,
    "ATOMIC_REQUESTS": False,  # a verb opens its own transaction: what must be one is said where it happens
}
DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c lock_timeout=3000 -c timezone=UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- people ------------------------------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["billing_office.desk.lists.arriving.Backend"]
AUTH_USER_MODEL = "staff.User"
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign_in"
PASSWORD_HASHERS = [  # the first is used for new ones; the others are read, and replaced when their owner signs in
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "billing_office.staff.passwords.MaximumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SECOND_FACTOR_REQUIRED = env.bool("SECOND_FACTOR_REQUIRED", PRODUCTION)  # else each person may switch theirs on
SESSION_IDLE = env.int("SESSION_IDLE", 15 * 60)  # seconds without a press after which a session ends
SESSION_ABSOLUTE = 12 * 3600  # seconds after signing in at which it ends in any case
PROOF_LASTS = 10 * 60  # seconds that a password or code counts as proof before staff or factors are changed
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)  # how many proxies of ours add to X-Forwarded-For; 0: it is not read
SESSION_COOKIE_AGE = SESSION_ABSOLUTE
DEVICE_COOKIE_NAME = "device"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True

# -- the browser may run nothing but our own files ----------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
if PRODUCTION:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    DEVICE_COOKIE_NAME = "__Host-device"

# -- words and time ----------------------------------------------------------------------------------------------------
# English is what the code speaks; a folder in locale/ (README, "Other languages") makes the whole office speak another.
LANGUAGE_CODE = env.str("OFFICE_LANGUAGE", "en-us")
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = OFFICE_TZ
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "static/"
STATIC_ROOT = OFFICE_HOME / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# -- mail --------------------------------------------------------------------------------------------------------------
if EMAIL_URL:
    vars().update({k: v for k, v in env.email_url_config(EMAIL_URL).items() if k.startswith("EMAIL_")})
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", 20)

# -- what else accounts are found by (accounts/listing.py), each by the app that knows it ------------------------------
ACCOUNT_FINDERS = ["insurance.coverage.by_member", "accounts.facts.by_value"]
# What keeps an account from being closed or merged, known by apps above it: account in, Obstacles (accounts/closing.py) out.
ACCOUNT_OBSTACLES = ["invoices.recurring.obstacles.of_account"]
# What makes two clients look like one, and what goes over with a client when accounts are merged (accounts/merging/).
CLIENT_TWINS = ["insurance.following.same_member"]
CLIENT_FOLLOWERS = ["insurance.following.coverages", "insurance.following.visits"]
# What waits for a person, each by the app that knows it (accounts/waiting.py); in this order as chips of their day.
DAY_SOURCES = [
    "accounts.waiting.FOLLOW_UPS",
    "accounts.waiting.MENTIONS",
    "accounts.waiting.PROMISES",
    "billing_office.desk.my_day.sources.TO_DECIDE",
    "billing_office.desk.my_day.sources.ANSWERED",
    "billing_office.desk.my_day.sources.ASKED",
    "accounts.waiting.FAILED",
    "accounts.waiting.UNAPPLIED",
    "accounts.waiting.REFUNDS",
    "insurance.waiting.VERIFICATIONS",
    "insurance.waiting.AUTHORIZATIONS",
    "invoices.waiting.RECURRING",
    "accounts.waiting.FLAGS",
    "accounts.waiting.HOLDS",
    "billing_office.desk.my_day.sources.PARKED",
]

# -- the clearinghouse (insurance/clearinghouse.py) --------------------------------------------------------------------
CLEARINGHOUSE = env.str("CLEARINGHOUSE", "")  # folder:/path or https://…; empty or "sandbox": the one `up` starts
CLEARINGHOUSE_SENDER = env.str("CLEARINGHOUSE_SENDER", "BILLINGOFFICE")  # our id there, 2 to 15 characters
CLEARINGHOUSE_RECEIVER = env.str("CLEARINGHOUSE_RECEIVER", "CLEARINGHOUSE")
CLEARINGHOUSE_USER = env.str("CLEARINGHOUSE_USER", "")
CLEARINGHOUSE_PASSWORD = env.str("CLEARINGHOUSE_PASSWORD", "")
PROVIDER_NPI = env.str("PROVIDER_NPI", "")  # the practice's number, by which payers know who asks
CLEARINGHOUSE_TIMEOUT = env.float("CLEARINGHOUSE_TIMEOUT", 20)  # seconds, the CORE rule's for an answer in real time
CLEARINGHOUSE_ATTEMPTS = env.int("CLEARINGHOUSE_ATTEMPTS", 2)  # in one go; the outbox tries again later

# -- the queue: PostgreSQL is the queue of record, Redis may be wiped at any moment -----------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False  # the outbox lease recovers a killed child; redelivery would loop on poison
CELERY_TASK_TIME_LIMIT = 120
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = env.int("WORKER_MAX_TASKS_PER_CHILD", 200)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 600}
CELERY_TASK_DEFAULT_QUEUE = "office"
CELERY_TIMEZONE = OFFICE_TZ
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]

CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "office.sweep", "schedule": env.int("OUTBOX_SWEEP", 15)},
    "day": {
        "task": "office.day",
        "schedule": 300,
    },  # every tick asks; the first of the office's day starts it, a missed one is caught up
    "seal": {"task": "office.seal", "schedule": env.int("AUDIT_SEAL", 60), "options": {"expires": 60}},
    "proof": {"task": "office.proof", "schedule": 900, "options": {"expires": 900}},  # once a day, whoever asks first
}

OUTBOX_HINT = "billing_office.hints.publish"
# What the apps above accounts say stands in the way of undoing a charge: (set of charge ids) → list of Obstacles.
CHARGE_OBSTACLES = ["invoices.standing.live_invoices"]
OUTBOX_LEASE = env.int("OUTBOX_LEASE", 90)  # seconds
OUTBOX_PAUSE = env.int("OUTBOX_PAUSE", 10)  # seconds before the second try; each further one waits three times as long
# Seconds between tries while the mail server says "not now": over four hours, as greylisting asks.
MAIL_PAUSES = env.list("MAIL_PAUSES", cast=int, default=[10, 30, 60, 300, 900, 1800, 3600, 3600, 3600, 3600])
OUTBOX_ATTEMPTS = env.int("OUTBOX_ATTEMPTS", 5)

LOGGING = {  # no names, amounts or searches in any line: lib/logs.py
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "billing_office.lib.logs.JsonLines"},
        "line": {"()": "billing_office.lib.logs.Lines"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json" if PRODUCTION else "line"}},
    "loggers": {
        # Django's own handlers (the console, mail to ADMINS with its page of local variables) are replaced by ours.
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.request": {"level": "ERROR"},  # what was refused stands in the line of its request
        "django.db.backends": {"level": "WARNING"},
        "py.warnings": {"level": "ERROR"},
        # The renderer tells each step and each style it does not know; its errors are what matters.
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
    },
    "root": {"handlers": ["stderr"], "level": os.environ.get("LOG_LEVEL", "INFO")},
}
