"""Conventions that hold for every model, template and file; CONTRIBUTING.md gives the reasons."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import connection, models
from django.template import TemplateSyntaxError, engines
from django.template.base import TextNode
from django.template.loader import get_template
from django.template.loader_tags import ExtendsNode
from django.urls import resolve
from django.utils.functional import Promise

from registry.admin import site
from registry.models import Change
from registry.models.base import PublicRecord

ROOT = Path(settings.BASE_DIR)
# The log of changes is the database's own: nobody reads or edits it.
MODELS = [model for model in apps.get_app_config("registry").get_models() if model is not Change]
RECORDS = [model for model in MODELS if issubclass(model, PublicRecord)]
NOT_OURS = {"var", "build", "node_modules", "vendor", "__pycache__", "migrations"}

each_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
each_record = pytest.mark.parametrize("model", RECORDS, ids=lambda model: model.__name__)


@cache
def _files(*endings) -> list[Path]:
    """The project's own files of these kinds."""
    return sorted(
        path
        for path in ROOT.rglob("*")
        if path.suffix in endings and path.is_file() and _is_ours(path.relative_to(ROOT).parts)
    )


def _is_ours(parts) -> bool:
    hidden = [part for part in parts if part.startswith(".") and part != ".ci"]
    return not hidden and not NOT_OURS & set(parts)


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


# Models ------------------------------------------------------------------------------------------


@cache
def _models_in_admin() -> set[type]:
    edited = set(site._registry)
    for admin in site._registry.values():
        edited |= {inline.model for inline in admin.inlines}
    return edited


@each_model
@pytest.mark.django_db
def test_table_has_no_index_that_begins_another(model):
    links = [field for field in model._meta.local_many_to_many if field.related_model in MODELS]
    for table in (model._meta.db_table, *(field.m2m_db_table() for field in links)):
        with connection.cursor() as cursor:
            found = connection.introspection.get_constraints(cursor, table).values()
        held = [(tuple(one["columns"]), one["unique"]) for one in found if one["index"]]
        uniques = [tuple(one["columns"]) for one in found if one["unique"]]
        for columns, unique in held:
            wider = [one for one in (*dict(held), *uniques) if len(one) > len(columns)]
            assert unique or not any(one[: len(columns)] == columns for one in wider), columns


@each_model
def test_model_is_edited_in_the_admin(model):
    assert model in _models_in_admin()


@each_record
def test_record_has_a_page_of_its_own(model):
    record = model(public_id="0123456789", authority_id=1)
    for field in model._meta.fields:
        if field.is_relation and field.related_model in RECORDS and not field.null:
            setattr(record, field.name, field.related_model(authority_id=1))

    match = resolve(record.get_absolute_url())

    assert match.view_name == f"registry:{model._meta.model_name}_detail"
    assert match.kwargs["public_id"] == "0123456789"


@each_record
def test_record_has_a_factory(model):
    from tests import factories

    factory = getattr(factories, f"{model.__name__}Factory")

    assert factory._meta.model is model


@each_model
def test_model_and_its_fields_are_named_in_every_language(model):
    unnamed = [
        field.name
        for field in model._meta.get_fields()
        if field.concrete
        and field.editable
        and not field.primary_key
        and not isinstance(field.verbose_name, Promise)
    ]

    assert not unnamed
    assert isinstance(model._meta.verbose_name, Promise)
    assert isinstance(model._meta.verbose_name_plural, Promise)


@each_model
def test_constraint_has_a_name_of_its_model_and_a_message_for_people(model):
    for constraint in model._meta.constraints:
        assert constraint.name.startswith(model._meta.model_name), constraint.name
        assert isinstance(constraint.violation_error_message, Promise), constraint.name
        assert constraint.violation_error_message != constraint.default_violation_error_message


@each_model
def test_model_has_a_docstring_that_says_more_than_its_name(model):
    generated = f"{model.__name__}("
    inherited = any(base.__doc__ for base in model.__mro__[1:-1] if base is not models.Model)

    assert inherited or not model.__doc__.startswith(generated)


@pytest.mark.parametrize("path", sorted((ROOT / "registry" / "models").glob("*.py")), ids=_name)
def test_key_that_neither_protects_nor_cascades_says_why(path):
    silent = [
        line.strip()
        for line in path.read_text().splitlines()
        if re.search(r"on_delete=models\.(?!PROTECT|CASCADE)", line) and "#" not in line
    ]

    assert not silent


# Templates ---------------------------------------------------------------------------------------

# What Jinja2 renders: see registry/templatetags/parts.py.
PARTS = sorted((ROOT / "templates" / "parts").rglob("*.html"))
TEMPLATES = [path for path in _files(".html") if "templates" in path.parts and path not in PARTS]
PAGES = sorted((ROOT / "templates" / "registry").glob("*_list.html")) + sorted(
    (ROOT / "templates" / "registry").glob("*_detail.html")
)
INLINE_OR_ELSEWHERE = (
    r"<style\b",
    r"\sstyle=",
    r"<script(?![^>]*\ssrc=)",
    r"\son[a-z]+=[\"']",
    r"javascript:",
    r"<(?:script|link|img|iframe|source)\b[^>]*(?:src|href)=[\"'](?:https?:)?//",
)
PROPER_NAMES = {"GeoNames"}


def _nodes(path: Path):
    name = str(path).rpartition("/templates/")[2]
    return get_template(name).template.nodelist


def _fault(path: Path) -> str:
    try:
        return "" if _nodes(path) else "empty"
    except TemplateSyntaxError as error:
        return str(error)


def test_templates_compile():
    faults = {_name(path): _fault(path) for path in TEMPLATES}

    assert not {name: fault for name, fault in faults.items() if fault}
    assert faults


def _root(path: Path) -> str:
    """The name of the template that the page extends in the end."""
    nodes, name = _nodes(path), ""
    while extends := nodes.get_nodes_by_type(ExtendsNode):
        name = extends[0].parent_name.var
        nodes = get_template(name).template.nodelist
    return name


def test_pages_extend_the_base_of_the_site():
    assert not [_name(path) for path in PAGES if _root(path) != "base.html"]


@each_record
@pytest.mark.parametrize("kind", ["list", "detail"])
def test_record_has_its_templates(model, kind):
    assert get_template(f"registry/{model._meta.model_name}_{kind}.html")


def test_templates_have_nothing_inline_and_nothing_from_elsewhere():
    found = [
        f"{_name(path)}: {match[0]}"
        for path in [*TEMPLATES, *PARTS]
        for pattern in INLINE_OR_ELSEWHERE
        if (match := re.search(pattern, path.read_text()))
    ]

    assert not found


def test_templates_name_static_files_that_exist():
    named = [
        (path, name)
        for path in TEMPLATES
        for name in re.findall(r"{%\s*static\s+[\"']([^\"']+)[\"']", path.read_text())
    ]

    assert not [f"{_name(path)}: {name}" for path, name in named if not finders.find(name)]
    assert named


def test_parts_compile():
    environment = engines["parts"].env

    assert [
        environment.get_template(str(path.relative_to(ROOT / "templates" / "parts")))
        for path in PARTS
    ]


def _shown(path: Path) -> str:
    """The text that stands in the template itself, rather than in a message to translate."""
    if path in PARTS:
        html = re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}", "", path.read_text(), flags=re.DOTALL)
    else:
        html = "".join(node.s for node in _nodes(path).get_nodes_by_type(TextNode))
    html = re.sub(r"<(script|svg|code)\b.*?</\1>|<!--.*?-->", " ", html, flags=re.DOTALL)
    attributes = re.findall(r"\s(?:title|alt|placeholder|aria-label)=\"([^\"]*)\"", html)
    return " ".join([re.sub(r"<[^>]*>?|&\w+;", " ", html), *attributes])


def test_templates_show_no_word_that_is_not_translated():
    found = [
        f"{_name(path)}: {word}"
        for path in [*TEMPLATES, *PARTS]
        for word in re.findall(r"[^\W\d_]{3,}", _shown(path))
        if word not in PROPER_NAMES
    ]

    assert not found


# Files -------------------------------------------------------------------------------------------

TEXTS = _files(".py", ".html", ".css", ".js", ".md", ".toml", ".txt", ".svg", ".yml", "")


def test_files_are_short_enough_to_read():
    lengths = {
        path: len(path.read_text().splitlines()) for path in _files(".py", ".html", ".css", ".js")
    }

    assert not [
        f"{_name(path)}: {length} lines"
        for path, length in lengths.items()
        if length > (1000 if path.parent.name == "tests" else 400)
    ]


def test_modules_say_what_they_are_about():
    trees = {path: ast.parse(path.read_text()) for path in _files(".py")}

    assert not [
        _name(path) for path, tree in trees.items() if tree.body and not ast.get_docstring(tree)
    ]


def test_no_file_names_a_folder_of_somebody():
    folder = re.compile(r"(?<![\w./:-])/(?:home|work|root|Users)/|\.\./shared")
    named = [
        f"{_name(path)}: {match[0]}"
        for path in TEXTS
        if path != Path(__file__) and (match := folder.search(path.read_text(errors="replace")))
    ]

    assert not named


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_requirements_are_pinned(name):
    lines = (ROOT / name).read_text().splitlines()
    wanted = [line for line in lines if line and not line.startswith(("#", "-r "))]

    assert wanted
    assert not [line for line in wanted if not re.fullmatch(r"[\w.\[\]-]+==[\w.]+", line)]


def test_vendored_assets_come_with_their_licences():
    vendor = ROOT / "registry" / "static" / "registry" / "vendor"
    packages = [path for path in vendor.glob("*") if path.is_dir()]

    assert not [path.name for path in packages if not list(path.glob("LICEN[CS]E*"))]
