from kb.versions import fits, known_versions


def test_known_versions_are_found_under_any_spelling_of_the_name():
    known = known_versions("3.12", {"Flask_SQLAlchemy": "3.1"})
    assert fits(["flask-sqlalchemy>=3"], known) is True
    assert fits(["python<3.12"], known) is False


def test_what_is_not_known_is_not_judged():
    assert fits(["django>=4"], known_versions("3.12", {})) is None
    assert fits([], {"python": "3.12"}) is None


def test_one_contradiction_is_enough():
    assert fits(["sqlalchemy>=1.4", "python>=3.13"], known_versions("3.12", {"sqlalchemy": "2.0.36"})) is False


def test_odd_versions_say_nothing_against_an_entry():
    assert fits(["torch>=2"], known_versions(None, {"torch": "2.5.0+cu121"})) is True
    assert fits(["torch>=2"], known_versions(None, {"torch": "unknown"})) is True
    assert fits(["not a requirement !!"], {"python": "3.12"}) is None
