"""Settings of the registry: one module, every deployment choice read from the environment.

docs/settings.md lists the variables. Nothing here needs to be edited to deploy.
"""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from cooperation_site import environment

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = environment.folder("DATA_DIR", BASE_DIR / "var")

DEBUG = environment.boolean("DEBUG", False)


def _database() -> dict:
    """The database of DATABASE_URL; without it, an SQLite file in DATA_DIR."""
    url = environment.text("DATABASE_URL", f"sqlite:///{DATA_DIR / 'registry.sqlite3'}")
    try:
        database = dj_database_url.parse(
            url, conn_max_age=environment.integer("DATABASE_MAX_AGE", 600), conn_health_checks=True
        )
    except (dj_database_url.ParseError, dj_database_url.UnknownSchemeError, ValueError):
        database = {}
    engine = database.get("ENGINE", "").rpartition(".")[2]
    if engine not in ("postgresql", "sqlite3") or not database["NAME"]:
        # The value is not repeated: it holds a password.
        raise ImproperlyConfigured(
            "The environment variable DATABASE_URL cannot be understood: write "
            "postgres://USER:PASSWORD@HOST:PORT/NAME or sqlite:////absolute/path.sqlite3."
        )
    if engine == "sqlite3":
        # WAL lets visitors read while staff write. IMMEDIATE takes the write lock at the start of
        # a transaction, so that a reader turned writer waits its turn instead of failing.
        database["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
    return database


DATABASES = {"default": _database()}
IS_SQLITE = DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3"
# Shared by all processes and machines: attempts to sign in are counted there.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "registry_cache",
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


def _secret_key() -> str:
    """SECRET_KEY, or for one machine on SQLite a key made once and kept beside the database."""
    key = environment.text("SECRET_KEY")
    if key:
        return key
    if not IS_SQLITE:
        raise ImproperlyConfigured(
            "The environment variable SECRET_KEY is missing: give every machine of the site the "
            "same long random text, such as the output of `openssl rand -base64 48`."
        )
    path = DATA_DIR / "secret_key"
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        # Written whole, then given its name: another process never reads half a key.
        descriptor, draft = tempfile.mkstemp(dir=DATA_DIR)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(64))
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        os.unlink(draft)
    return path.read_text().strip()


SECRET_KEY = _secret_key()
SECRET_KEY_FALLBACKS = environment.words("SECRET_KEY_FALLBACKS", [])

ALLOWED_HOSTS = environment.hosts("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = environment.origins("CSRF_TRUSTED_ORIGINS", [])

INSTALLED_APPS = [
    "registry",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_countries",
    "django_filters",
    "import_export",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "registry.page_cache.PageCacheMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "registry.accounts.second_factor.SecondFactorMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "cooperation_site.urls"
WSGI_APPLICATION = "cooperation_site.wsgi.application"

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
                "registry.context_processors.site",
            ],
            "builtins": ["registry.templatetags.registry", "registry.templatetags.parts"],
        },
    },
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "NAME": "parts",
        "DIRS": [BASE_DIR / "templates" / "parts"],
        "OPTIONS": {"environment": "registry.templatetags.parts.environment"},
    },
]

AUTH_USER_MODEL = "registry.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"

# Signing in: by name or address and password, or by passkey; then a code where one is set up.
ACCOUNT_ADAPTER = "registry.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # administrators make the accounts
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_FORMS = {
    "login": "registry.accounts.forms.LoginForm",
    "reset_password": "registry.accounts.forms.ResetPasswordForm",
}
ACCOUNT_LOGOUT_REDIRECT_URL = "registry:home"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,5/5m/key", "reauthenticate": "10/m/user"}
MFA_ADAPTER = "registry.accounts.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True

# Languages: French first. LANGUAGES chooses among those that are translated.
TRANSLATED = {"fr": _("French"), "en": _("English")}
LANGUAGE_CODE = environment.choice("LANGUAGE_CODE", "fr", list(TRANSLATED))
_chosen = environment.choices("LANGUAGES", list(TRANSLATED), list(TRANSLATED))
LANGUAGES = [(code, TRANSLATED[code]) for code in dict.fromkeys([LANGUAGE_CODE, *_chosen])]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = environment.time_zone("TIME_ZONE", "Europe/Paris")
COUNTRIES_FIRST = ["FR", "CA"]
# Not in ISO 3166, and a country of agreements all the same: the code that the European Union uses.
COUNTRIES_OVERRIDE = {"XK": "Kosovo"}

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_FINDERS = [
    "cooperation_site.finders.SiteLogoFinder",
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_MAX_AGE = 0 if DEBUG else 3600
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "media"},
    },
    # Workbooks that staff import: never served, kept apart from public files.
    "imports": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "imports", "file_permissions_mode": 0o600},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# Where the processes find the indexes of large lists when they start; may be emptied at any time.
INDEX_FOLDER = DATA_DIR / "indexes"
FIXTURE_DIRS = [BASE_DIR / "fixtures"]

# The site's own identity.
SITE_NAME = environment.text("SITE_NAME", "Registre des coopérations")
SITE_LOGO_FILE = environment.image("SITE_LOGO")
# Its path below static/, for templates; cooperation_site.finders puts the file there.
SITE_LOGO = (
    f"site/logo{SITE_LOGO_FILE.suffix.lower()}" if SITE_LOGO_FILE else "registry/img/logo.svg"
)
SITE_EDITOR = environment.text("SITE_EDITOR")
SITE_CONTACT = environment.email("SITE_CONTACT")
# The words of the front page, for each language; registry.theme makes the colours readable.
_introduction = environment.text("SITE_INTRODUCTION")
SITE_INTRODUCTIONS = {
    "fr": environment.text("SITE_INTRODUCTION_FR", _introduction),
    "en": environment.text("SITE_INTRODUCTION_EN", _introduction),
}
SITE_COLOURS = {
    "accent": environment.colour("SITE_COLOUR"),
    "agreement": environment.colour("SITE_COLOUR_AGREEMENTS"),
    "delegation": environment.colour("SITE_COLOUR_DELEGATIONS"),
    "project": environment.colour("SITE_COLOUR_PROJECTS"),
}

# Where the site stands, for messages: what runs from the command line sees no address.
SITE_ADDRESS = environment.origin("SITE_ADDRESS")

# The mail server. Without one nothing is sent, and what would send says so.
EMAIL_HOST = environment.text("EMAIL_HOST")
_security = environment.choice("EMAIL_SECURITY", "starttls", ["starttls", "tls", "none"])
EMAIL_USE_TLS = _security == "starttls"
EMAIL_USE_SSL = _security == "tls"
EMAIL_PORT = environment.integer(
    "EMAIL_PORT", {"starttls": 587, "tls": 465, "none": 25}[_security], 1, 65535
)
EMAIL_HOST_USER = environment.text("EMAIL_USER")
EMAIL_HOST_PASSWORD = environment.text("EMAIL_PASSWORD")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'dummy'}.EmailBackend"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = environment.text("EMAIL_FROM", "registry@localhost")
# Under which licence the public data may be used again.
SITE_LICENCE = environment.text("SITE_LICENCE", "Licence Ouverte / Open Licence 2.0 (Etalab)")
SITE_LICENCE_URL = environment.address(
    "SITE_LICENCE_URL",
    # Another licence has another address, or none.
    ""
    if environment.text("SITE_LICENCE")
    else "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
)

# Public pages that each process remembers, in bytes of their text; 0 for none.
PAGE_CACHE_MEGABYTES = environment.integer("PAGE_CACHE_MEGABYTES", 32)

# Imports: the limits that a refusal names.
IMPORT_MAX_MEGABYTES = environment.integer("IMPORT_MAX_MEGABYTES", 50, minimum=1)
IMPORT_MAX_ROWS = environment.integer("IMPORT_MAX_ROWS", 200_000, minimum=1)
IMPORT_MAX_COLUMNS = environment.integer("IMPORT_MAX_COLUMNS", 500, minimum=1)
IMPORT_MAX_SHEETS = environment.integer("IMPORT_MAX_SHEETS", 250, minimum=1)
IMPORT_MAX_INFLATED_MEGABYTES = environment.integer("IMPORT_MAX_INFLATED_MEGABYTES", 500, minimum=1)
IMPORT_MAX_INFLATION = environment.integer("IMPORT_MAX_INFLATION", 200, minimum=1)
# Each file is read in a process of its own, which may take this much.
IMPORT_READ_SECONDS = environment.integer("IMPORT_READ_SECONDS", 60, minimum=1)
IMPORT_READ_MEGABYTES = environment.integer("IMPORT_READ_MEGABYTES", 1024, minimum=128)
# What is no larger than this is previewed and imported while the page waits.
IMPORT_SMALL_KILOBYTES = environment.integer("IMPORT_SMALL_KILOBYTES", 256)
IMPORT_SMALL_ROWS = environment.integer("IMPORT_SMALL_ROWS", 1000)

# Where work in the background runs; registry/tasks.py says what each means.
TASKS = {
    "default": {
        "BACKEND": {
            "process": "registry.tasks.ProcessBackend",
            "database": "django_tasks_db.DatabaseBackend",
            "immediate": "django_tasks.backends.immediate.ImmediateBackend",
        }[environment.choice("TASKS_BACKEND", "process", ["process", "database", "immediate"])]
    }
}

# The largest file that a source may carry.
FILE_MAX_MEGABYTES = environment.integer("FILE_MAX_MEGABYTES", 20, minimum=1)
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "registry.uploads.SpoolingUploadHandler",
]
# One citation, party or participant takes several form fields; a large record has hundreds.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

# Safety. Plain HTTP is for `make run` alone: with DEBUG off everything asks for HTTPS.
HTTPS = environment.boolean("HTTPS", not DEBUG)
SECURE_SSL_REDIRECT = HTTPS
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = environment.integer("HSTS_SECONDS", 31_536_000) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
if environment.boolean("BEHIND_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1  # whose attempts to sign in are counted
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}

# Everything goes to the standard error output, where systemd, Docker and journald expect it.
LOG_LEVEL = environment.choice(
    "LOG_LEVEL", "WARNING", ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line"},
        "none": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        # Django's own handlers would say everything twice.
        "django": {"handlers": [], "level": LOG_LEVEL},
        # Knocks at unknown names and addresses: anybody can cause them, nobody can mend them.
        "django.security.DisallowedHost": {"handlers": ["none"], "propagate": False},
        "django.request": {"level": "ERROR"},
        # runserver's own line for each request.
        "django.server": {"handlers": ["console"], "level": "INFO", "propagate": False},
    },
}
