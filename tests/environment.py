"""Loaded before the settings: the tests run over plain HTTP and keep their files to themselves."""

import atexit
import os
import shutil
import tempfile

os.environ.setdefault("DEBUG", "true")
os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="registry-tests-")
os.mkdir(os.path.join(os.environ["DATA_DIR"], "static"))  # whitenoise warns where there is none
os.environ.setdefault("TASKS_BACKEND", "immediate")
# A remembered page has no context to look at.
os.environ.setdefault("PAGE_CACHE_MEGABYTES", "0")
# A thread of the tests' server lives as long as a browser's connection to it: not so its own.
os.environ.setdefault("DATABASE_MAX_AGE", "0")
os.environ.setdefault("SECRET_KEY", "for tests alone")
atexit.register(shutil.rmtree, os.environ["DATA_DIR"], ignore_errors=True)
