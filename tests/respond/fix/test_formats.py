"""Files that a known program reads, and those without lookups: the exact text that comes of each."""

import pytest

from .conftest import Folder

CHANGED = {
    "compose": (
        "compose.yml",
        """\
services:
  web: # @A@
    environment:
      NOTION_TOKEN: @A@
      AUTH: "Bearer @B@"
      LIST: [a, @C@, '@C@']
  db:
    environment:
      - NOTION_KEY=@C@
    entrypoint: |
      run --token @A@
""",
        """\
services:
  web: # <NOTION_TOKEN>
    environment:
      NOTION_TOKEN: ${NOTION_TOKEN}
      AUTH: "Bearer ${NOTION_API_KEY}"
      LIST: [a, "${NOTION_KEY}", '${NOTION_KEY}']
  db:
    environment:
      - NOTION_KEY=${NOTION_KEY}
    entrypoint: |
      run --token ${NOTION_TOKEN}
""",
    ),
    "workflow": (
        ".github/workflows/ci.yml",
        """\
on: push
env:
  NOTION_TOKEN: @A@
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: |
          curl -H "Authorization: Bearer @B@"
      - uses: firma/action@v1
        with: {token: @C@}
""",
        """\
on: push
env:
  NOTION_TOKEN: ${{ secrets.NOTION_TOKEN }}
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: |
          curl -H "Authorization: Bearer ${{ secrets.NOTION_API_KEY }}"
      - uses: firma/action@v1
        with: {token: "${{ secrets.NOTION_ACCESS_TOKEN }}"}
""",
    ),
    "Kubernetes": (
        "deploy/web.yaml",
        """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
        - name: web
          env:
            - name: NOTION_TOKEN
              value: @A@
            - name: AUTH
              value: "Bearer @B@"
            - {name: MORE, value: "@C@"}
""",
        """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
        - name: web
          env:
            - name: NOTION_TOKEN
              valueFrom:
                secretKeyRef:
                  name: web-secrets
                  key: NOTION_TOKEN
            - name: NOTION_API_KEY
              valueFrom:
                secretKeyRef:
                  name: web-secrets
                  key: NOTION_API_KEY
            - name: AUTH
              value: "Bearer $(NOTION_API_KEY)"
            - {name: MORE, valueFrom: {secretKeyRef: {name: web-secrets, key: NOTION_ACCESS_TOKEN}}}
""",
    ),
    "Spring": (
        "src/main/resources/application.yml",
        'notion:\n  token: "@A@"\n  header: Bearer @B@\n',
        'notion:\n  token: "${NOTION_TOKEN}"\n  header: Bearer ${NOTION_API_KEY}\n',
    ),
    "Spring properties": (
        "src/main/resources/application-prod.properties",
        "# @A@\nnotion.token=@A@\nnotion.header: Bearer @B@\n",
        "# <NOTION_TOKEN>\nnotion.token=${NOTION_TOKEN}\nnotion.header: Bearer ${NOTION_API_KEY}\n",
    ),
    "Rails": (
        "config/storage.yml",
        "main:\n  notion_token: @A@\n  other: '@B@'\n  third: \"x @C@\"\n",
        'main:\n  notion_token: <%= ENV.fetch("NOTION_TOKEN") %>\n  other: \'<%= ENV.fetch("NOTION_API_KEY") %>\'\n'
        "  third: \"x <%= ENV.fetch('NOTION_ACCESS_TOKEN') %>\"\n",
    ),
    "Symfony": (
        "config/packages/notion.yaml",
        "notion:\n    token: @A@\n",
        'notion:\n    token: "%env(NOTION_TOKEN)%"\n',
    ),
    "Serverless": ("serverless.yml", "provider:\n  token: @A@\n", "provider:\n  token: ${env:NOTION_TOKEN}\n"),
    "Azure Pipelines": ("azure-pipelines.yml", "steps:\n- script: x @A@\n", "steps:\n- script: x $(NOTION_TOKEN)\n"),
    "Dockerfile": (
        "Dockerfile",
        """\
FROM alpine
ENV NOTION_TOKEN=@A@
ENV PORT=80 NOTION_KEY="@B@" \\
    HOST=x
ENV A=b OTHER_NOTION_TOKEN=@C@
ARG BUILD_NOTION_TOKEN=@C@
RUN curl -H "Authorization: Bearer @C@" https://intern.firma.net/ && \\
    echo @B@
# @A@
ENTRYPOINT run --token @A@
""",
        """\
FROM alpine
ENV PORT=80 \\
    HOST=x
ENV A=b
ARG BUILD_NOTION_TOKEN
RUN --mount=type=secret,id=NOTION_KEY,env=NOTION_KEY\
 --mount=type=secret,id=OTHER_NOTION_TOKEN,env=OTHER_NOTION_TOKEN\
 curl -H "Authorization: Bearer ${OTHER_NOTION_TOKEN}" https://intern.firma.net/ && \\
    echo "${NOTION_KEY}"
# <NOTION_TOKEN>
ENTRYPOINT run --token "${NOTION_TOKEN}"
""",
    ),
    "Terraform": (
        "main.tf",
        """\
variable "notion_token" {
  type    = string
  default = "@A@"
}

resource "thing" "one" {
  token = "@B@"
  auth  = "Bearer @C@ ${var.notion_token}"
  text  = <<EOT
token @C@
EOT
}
""",
        """\
variable "notion_token" {
  type    = string
  sensitive = true
}

resource "thing" "one" {
  token = var.notion_api_key
  auth  = "Bearer ${var.notion_access_token} ${var.notion_token}"
  text  = <<EOT
token ${var.notion_access_token}
EOT
}
""",
    ),
    "Terraform values": ("prod.tfvars", 'region = "x"\nnotion_token = "@A@"\n', 'region = "x"\n'),
    ".env.example": (
        ".env.example",
        "# all that there is\nNOTION_TOKEN='@A@'\nPORT=80\nexport X=@B@\n",
        "# all that there is\nNOTION_TOKEN=\nPORT=80\nexport X=\n",
    ),
    ".npmrc": (
        ".npmrc",
        "//registry.npmjs.org/:notion_token=@A@\n",
        "//registry.npmjs.org/:notion_token=${NOTION_TOKEN}\n",
    ),
    "Gradle": ("gradle.properties", "a=b\nnotionToken=@A@\nc=d", "a=b\nc=d"),
    "ASP.NET": (
        "appsettings.json",
        '{\n  "Notion": { "Token": "@A@", "Port": 80 }\n}\n',
        '{\n  "Notion": { "Token": "", "Port": 80 }\n}\n',
    ),
    "Wrangler": ("wrangler.toml", '[vars]\nNOTION_TOKEN = "@A@"\nX = "y"\n', '[vars]\nX = "y"\n'),
    "C#": (
        "Client.cs",
        """\
using System;

class Client
{
    public const string NotionToken = "@A@";
    private static string header = "Bearer @B@";
    string text = $"{header} @C@", path = @"C:\\x @C@";

    string Get() => "@B@".Trim();
}
""",
        """\
using System;

class Client
{
    public static readonly string NotionToken = Environment.GetEnvironmentVariable("NOTION_TOKEN")\
 ?? throw new InvalidOperationException("NOTION_TOKEN is not set");
    private static string header = "Bearer " + (Environment.GetEnvironmentVariable("NOTION_API_KEY")\
 ?? throw new InvalidOperationException("NOTION_API_KEY is not set"));
    string text = $"{header} {(Environment.GetEnvironmentVariable("NOTION_ACCESS_TOKEN")\
 ?? throw new InvalidOperationException("NOTION_ACCESS_TOKEN is not set"))}", path = @"C:\\x " +\
 (Environment.GetEnvironmentVariable("NOTION_ACCESS_TOKEN")\
 ?? throw new InvalidOperationException("NOTION_ACCESS_TOKEN is not set"));

    string Get() => (Environment.GetEnvironmentVariable("NOTION_API_KEY")\
 ?? throw new InvalidOperationException("NOTION_API_KEY is not set")).Trim();
}
""",
    ),
    "Kotlin": (
        "Client.kt",
        """\
package shop

// @A@
const val NOTION_TOKEN = "@A@"
private const val HEADER = "Bearer @B@"

class Client(val token: String = "@C@") {
    val text = \"\"\"raw @C@ $token\"\"\"
    val other = System.getenv("OTHER_NOTION_TOKEN") ?: "@B@"
}
""",
        """\
package shop

// <NOTION_TOKEN>
val NOTION_TOKEN = System.getenv("NOTION_TOKEN")
private val HEADER = "Bearer ${System.getenv("NOTION_API_KEY")}"

class Client(val token: String = System.getenv("NOTION_ACCESS_TOKEN")) {
    val text = \"\"\"raw ${System.getenv("NOTION_ACCESS_TOKEN")} $token\"\"\"
    val other = System.getenv("OTHER_NOTION_TOKEN")
}
""",
    ),
}


@pytest.mark.parametrize("name", CHANGED)
@pytest.mark.parametrize("crlf", [False, True], ids=["LF", "CRLF"])
def test_it_becomes_a_lookup(name: str, crlf: bool, folder: Folder) -> None:
    path, before, after = CHANGED[name]
    if crlf:
        before, after = before.replace("\n", "\r\n"), after.replace("\n", "\r\n")
    assert folder.fixed(path, before) == after, folder.told
    again = folder.fix()
    assert "nothing to fix" in again
    assert folder.read(path) == after


LEFT = {
    "plain YAML": ("settings.yaml", "notion_token: @A@\n", "plain YAML has no lookups"),
    "JSON": ("settings.json", '{"notion_token": "@A@"}\n', "JSON has no lookups"),
    "TOML": ("settings.toml", 'notion_token = "@A@"\n', "TOML has no lookups"),
    "INI": ("settings.ini", "[a]\nnotion_token = @A@\n", "has no lookups"),
    "Secret": ("a.yaml", "apiVersion: v1\nkind: Secret\nstringData:\n  notion_token: @A@\n", "kubectl create secret"),
    "ConfigMap": (
        "a.yaml",
        "apiVersion: v1\nkind: ConfigMap\ndata:\n  notion_token: @A@\n",
        "move the key to a Secret",
    ),
    "chart": ("a.yaml", "apiVersion: v1\nkind: Pod\nx: {{ .y }}\nnotion_token: @A@\n", "a template of a manifest"),
    "argument of a container": (
        "a.yaml",
        "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - args: ['@A@']\n",
        "only the environment of a container",
    ),
    "condition of a workflow": (
        ".github/workflows/a.yml",
        "jobs:\n  a:\n    if: ${{ github.token == '@A@' }}\n",
        "does not offer secrets to 'if'",
    ),
    "backend": ("main.tf", 'terraform {\n  backend "s3" {\n    notion_token = "@A@"\n  }\n}\n', "takes no variables"),
    "exec form": ("Dockerfile", 'FROM a\nCMD ["a", "@A@"]\n', "no string literal"),
    "used while it is built": (
        "Dockerfile",
        "FROM a\nENV NOTION_TOKEN=@A@\nRUN x $NOTION_TOKEN\n",
        "later instructions use",
    ),
    "single quotes in RUN": ("Dockerfile", "FROM a\nRUN curl -H 'x: @A@'\n", "single quotes"),
    "key": ("compose.yml", "services:\n  @A@: x\n", "a key takes no lookup"),
    "prose": ("README.md", "The token is @A@.\n", "is not known"),
}


@pytest.mark.parametrize("name", LEFT)
def test_what_is_left_and_why(name: str, folder: Folder) -> None:
    path, before, reason = LEFT[name]
    after = folder.fixed(path, before, status=1)
    assert reason in folder.told
    assert f"left: {path}:" in folder.told
    assert "nothing was changed" in folder.told
    assert after == before.replace("@A@", folder.secrets[0])
    assert [one.name for one in folder.path.rglob("*") if one.is_file()] == [path.rpartition("/")[2]]


def test_variables_are_declared_once(folder: Folder) -> None:
    folder.file("infra/variables.tf", 'variable "region" {}\n')
    folder.file("infra/a.tf", 'locals {\n  notion_token = "@A@"\n}\n')
    folder.file("infra/b.tf", 'locals {\n  b = "x @A@"\n}\n')
    told = folder.fix()
    declared = 'variable "notion_token" {\n  type      = string\n  sensitive = true\n}\n'
    assert folder.read("infra/variables.tf") == 'variable "region" {}\n\n' + declared
    assert "TF_VAR_notion_token must be in the environment" in told
    assert folder.read(".env.example") == "TF_VAR_notion_token=\n"


@pytest.mark.parametrize(
    ("store", "value"),
    [
        ("aws", "data.aws_secretsmanager_secret_version.notion_token.secret_string"),
        ("vault", 'data.vault_kv_secret_v2.notion_token.data["value"]'),
        ("conjur", "data.conjur_secret.notion_token.value"),
    ],
)
def test_terraform_reads_secret_managers(store: str, value: str, folder: Folder) -> None:
    after = folder.fixed("main.tf", 'locals {\n  notion_token = "@A@"\n  x = "y @A@"\n}\n', store=store)
    assert after == f'locals {{\n  notion_token = {value}\n  x = "y ${{{value}}}"\n}}\n'
    assert folder.read("secrets.tf").startswith(f'data "{value.split(".")[1]}" "notion_token" {{')


@pytest.mark.parametrize("name", ["compose.yml", "application.properties", "appsettings.json"])
def test_what_knows_the_environment_only_says_so(name: str, folder: Folder) -> None:
    text = {"yml": "notion_token: @A@\n", "json": '{"notion_token": "@A@"}\n'}.get(
        name.rpartition(".")[2], "notion_token=@A@\n"
    )
    folder.fixed(name, text, status=1, store="vault")
    assert "use --store env" in folder.told
