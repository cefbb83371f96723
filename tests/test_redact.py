"""Redaction: secrets out, the rest as it was."""

from __future__ import annotations

import random
import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb import tables
from kb.redact import CHUNK, redact, redact_value, secrets

TABLE = tables.rows("secrets.tsv")
EXAMPLES = [row["example"].replace("\\n", "\n") for row in TABLE]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row['kind']}: {row['reason'][:40]}")
def test_every_row_takes_its_secret_out(row: dict[str, str]) -> None:
    redacted = redact(row["example"].replace("\\n", "\n"))
    assert redacted.text == row["redacted"].replace("\\n", "\n")
    assert {span.kind for span in redacted.spans} == {row["kind"]}


LETTERS, HEX = string.ascii_letters + string.digits, "0123456789abcdef"
TOKENS = {
    # As their makers document them: what comes before, how many characters of what, and what comes between.
    "GitHub": "ghp_{36}",
    "GitHub, for an app": "ghs_123456_eyJ{40}.{120}.{86}",
    "GitHub, fine-grained": "github_pat_{22}_{59}",
    "GitLab": "glpat-{20}",
    "GitLab, with routing": "glpat-{27}.01.0z{7}",
    "GitLab, with the instance's name": "SIE-glpat-{20}",
    "GitLab's runner": "glrt-{20}",
    "GitLab's job": "glcbt-64_{20}",
    "AWS, temporary": "ASIA{16}",
    "AWS, secret": "aws_secret_access_key = {40}",
    "AWS, in JSON": '"SecretAccessKey": "{20}+/{18}"',
    "AWS, session": '"SessionToken": "{200}//{40}=="',
    "Google": "AIza{35}",
    "Google, OAuth": "ya29.{120}",
    "Google, a client's": "GOCSPX-{28}",
    "Google, Gemini": "AQ.Ab8{47}",
    "Slack": "xoxb-123456789012-123456789012-{24}",
    "Slack, an app's": "xapp-1-A{10}-1234567890123-{64:x}",
    "Slack, rotated": "xoxe.xoxp-1-{120}",
    "Slack, a hook": "https://hooks.slack.com/services/T{8}/B{8}/{24}",
    "Stripe": "sk_live_{24}",
    "Stripe, restricted": "rk_test_{24}",
    "Stripe, a hook": "whsec_{32}",
    "OpenAI": "sk-{20}T3BlbkFJ{20}",
    "OpenAI, a project's": "sk-proj-{74}T3BlbkFJ{74}",
    "OpenAI, a service's": "sk-svcacct-{74}T3BlbkFJ{74}",
    "Anthropic": "sk-ant-api03-{93}AA",
    "OpenRouter": "sk-or-v1-{64:x}",
    "Hugging Face": "hf_{34}",
    "Groq": "gsk_{52}",
    "Replicate": "r8_{37}",
    "npm": "npm_{36}",
    "PyPI": "pypi-AgEIcHlwaS5vcmc{150}",
    "Docker Hub": "dckr_pat_{27}",
    "Azure, storage": "AccountName=shop;AccountKey={86}==;EndpointSuffix=core.windows.net",
    "Azure, an address": "https://shop.blob.core.windows.net/c?sv=2022&sig={40}%3D",
    "Azure, a queue": "Endpoint=sb://x.servicebus.windows.net/;SharedAccessKey={43}=",
    "Azure, an app's": "{3}8Q~{34}",
    "JWT": "eyJhbGciOiJIUzI1NiJ9.eyJ{60}.{43}",
    "JWT, encrypted": "eyJhbGciOiJSU0EtT0FFUCJ9.{342}.{16}.{300}.{22}",
    "SSH": "-----BEGIN OPENSSH PRIVATE KEY-----\n{70}\n{70}\n-----END OPENSSH PRIVATE KEY-----",
    "PEM in a repr": "-----BEGIN PRIVATE KEY-----\\n{64}\\n{64}\\n-----END PRIVATE KEY-----",
    "PEM, cut": "-----BEGIN EC PRIVATE KEY-----\n{64}\n{64}",
    "PGP": "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n{64}\n-----END PGP PRIVATE KEY BLOCK-----",
    "an address": "https://ada:{12}@git.example/x.git",
    "a data source": "mongodb+srv://shop:{12}@cluster0.example.net/shop",
    "a data source without a user": "redis://:{20}@cache:6379/0",
    "libpq": "host=db user=shop password={12} dbname=shop",
    "ODBC": "DRIVER=x;UID=sa;PWD={12};Encrypt=yes",
    "an environment": "PGPASSWORD={12} psql",
    "a settings file": "POSTGRES_PASSWORD: {12}",
    "basic": "Authorization: Basic {20}==",
    "bearer": "'Authorization': 'Bearer {30}'",
    "bearer, in bytes": "(b'authorization', b'Bearer {30}')",
    "a proxy": "Proxy-Authorization: Basic {20}",
    "a header": "X-Api-Key: {32}",
    "another header": "X-Auth-Token: {32:x}",
    "a workflow": "GITHUB_TOKEN: {40:x}",
    "a cookie": "Cookie: sessionid={32}; theme=dark",
    "a new cookie": "Set-Cookie: session={40}; HttpOnly",
    "Django": "SECRET_KEY = 'django-insecure-{20}$#&{20}'",
    "Django, in a repr": "'SECRET_KEY': '{20}$#&^{20}'",
    "Sentry's address": "https://{32:x}@o123.ingest.sentry.io/456",
    "Sentry": "sntrys_eyJ{60}_{43}",
    "Twilio": "twilio.rest.Client('AC0', '{32:x}')",
    "Twilio, by name": "auth_token='{32:x}'",
    "SendGrid": "SG.{22}.{43}",
    "Telegram": "https://api.telegram.org/bot123456789:AA{33}/getUpdates",
    "Discord": "discord.Client().run('MTA{23}.G{5}.{38}')",
    "Discord, a hook": "https://discord.com/api/webhooks/123456789012345678/{68}",
    "Shopify": "shpat_{32:x}",
    "DigitalOcean": "dop_v1_{64:x}",
    "Databricks": "dapi{32:x}",
    "Vault": "hvs.{90}",
    "Terraform": "{14}.atlasv1.{67}",
    "Grafana": "glsa_{32}_{8:x}",
    "Notion": "ntn_{46}",
    "Atlassian": "ATATT3xFfGF0{180}",
    "curl": "curl -u ada:{12} https://api.example",
    "an option": "deploy --api-key {20} --dry-run",
}


@pytest.mark.parametrize("shape", TOKENS.values(), ids=TOKENS)
@pytest.mark.parametrize("around", ["{}", "shop.Error: {} was refused", "    client.send({})\n", 'x = "{}"', "a={},b"])
def test_the_tokens_of_the_usual_services_are_known(shape: str, around: str) -> None:
    chance = random.Random(shape)
    bodies = []

    def body(size: str) -> str:
        count, _, kind = size.partition(":")
        bodies.append("".join(chance.choices(HEX if kind else LETTERS, k=int(count) - 1)) + "7")
        return bodies[-1]

    pieces = re.split(r"\{(\d+(?::x)?)\}", shape)
    token = "".join(body(piece) if place % 2 else piece for place, piece in enumerate(pieces))
    shown = redact(around.format(token)).text
    assert bodies
    assert not [one for one in bodies if one in shown]
    assert shown.startswith(around.partition("{")[0])


@pytest.mark.parametrize("password", ["hunter2", "p@ss:w/rd", "$a!&b%20", "x#y?z=1", "(paren)"])
def test_a_password_of_a_data_source_name_may_hold_any_sign(password: str) -> None:
    text = redact(f"could not connect to postgresql+psycopg://shop:{password}@db.internal:5432/shop").text
    assert password not in text
    assert text.endswith("://shop:***@db.internal:5432/shop")


@pytest.mark.parametrize(
    "text",
    [
        "KeyError: 'DATABASE_PASSWORD'",
        "at commit 3f2a1b9c0d1e2f3a4b5c6d7e8f9a0b1c2d3e4f5a",
        "invalid literal for int() with base 10: '12a'",
        'password authentication failed for user "shop"',
        "    password = os.environ['SHOP_PASSWORD']",
        "    token = get_token(request)",
        "connect(password=None)",
        "Unexpected token: )",
        "max_tokens=4096 is too large",
        "Bearer authentication is required",
        "http://localhost:8000/users/ada@home",
        "    return weights@inputs.T",
        "@app.route('/login')",
        "the SECRET_KEY setting must not be empty",
        "sorted(rows, key=lambda row: row[0])",
        "error: argument --token is required",
        "    api_key=SecretStr('**********'),",
        "asyncio.exceptions.CancelledError: task-1 in risk-assessment",
        "the first_pass = True and n_pass=12",
        "docker run -u 1000:1000 shop",
        "password: required",
        'File "discord/client.py", line 12, in run',
        "{'username': ['ada'], 'key': 'value'}",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text).text == text


def test_spans_are_in_the_given_text_and_in_order() -> None:
    text = 'File "/home/ada/app.py"\npassword="s3cret" for ada@example.com'
    spans = redact(text).spans
    assert [(span.kind, text[span.start : span.end]) for span in spans] == [
        ("user", "ada"),
        ("password", "s3cret"),
        ("email", "ada@example.com"),
    ]


NOISE = st.sampled_from(
    ["@", "://", ":", "=", "***", "<user>", "<email>", "password", "'", '"', " ", "\n", "/home/", "a1"]
)


@given(st.lists(st.sampled_from(EXAMPLES) | NOISE | st.text(max_size=5), max_size=8).map("".join))
def test_redacting_again_changes_nothing_and_text_hardly_grows(text: str) -> None:
    once = redact(text)
    assert redact(once.text).text == once.text
    assert len(once.text) <= len(text) + len("<email>") * len(once.spans)
    ends = [0, *(place for span in once.spans for place in (span.start, span.end)), len(text)]
    assert ends == sorted(ends)


def test_a_captured_value_is_redacted_too() -> None:
    assert redact_value("postgresql://shop:hunter2@db/shop") == "postgresql://shop:***@db/shop"


@pytest.mark.parametrize("before", range(CHUNK - 12, CHUNK + 3))
def test_a_secret_is_found_wherever_it_stands_in_a_long_text(before):
    (found,) = secrets(f"{'x ' * (before // 2)}{' ' * (before % 2)}password='hunter2' and more")
    assert (found.kind, found.end - found.start) == ("password", 7)


def test_a_secret_is_found_beside_broken_text():
    assert redact("\ud800 password='hunter2'").text == "\ud800 password='***'"
