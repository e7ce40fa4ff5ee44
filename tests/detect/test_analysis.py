"""What the generic detectors take for a secret and what not: lines as people write them, values made at test time.

In the tables below `{t}` stands for a random token, `{h}` for a random hexadecimal one, `{b}` for one in base64, `{p}`
for a password that a machine made, `{w}` for one that a person made, `{u}` for a UUID and `{n}` for a natural word.
"""

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stanch.detect import texture
from stanch.detect.engine import Engine
from stanch.model import Confidence, Match, Rejected

LETTERS_AND_DIGITS = string.ascii_letters + string.digits
SHOWN = (Confidence.HIGH, Confidence.MEDIUM)


def _drawn(seed: int, alphabet: str, count: int) -> str:
    """Random text that has letters and digits where the alphabet has them, as what machines make does."""
    source = random.Random(seed)
    while True:
        text = "".join(source.choice(alphabet) for _ in range(count))
        if sum(char.isdigit() for char in text) >= 2 and len(set(text)) > min(count, len(alphabet)) // 3:
            return text


def _values(seed: int) -> dict[str, str]:
    """A value of each kind."""
    source = random.Random(seed)
    digits = "".join(source.sample("23456789", 3))
    return {
        "t": _drawn(seed, string.ascii_letters + string.digits, 36),
        "h": _drawn(seed, "0123456789abcdef", 32),
        "H": _drawn(seed + 7, "0123456789abcdef", 64),
        "b": _drawn(seed, string.ascii_letters + string.digits + "+/", 43) + "=",
        "p": _drawn(seed, LETTERS_AND_DIGITS, 8) + "kQ7!" + _drawn(seed + 1, string.ascii_letters + string.digits, 4),
        "w": source.choice(["Winter", "Kolibri", "Steiner", "Harvest"]) + source.choice("#!$+") + digits + "zR",
        "u": "-".join(_drawn(seed + count, "0123456789abcdef", count) for count in (8, 4, 4, 4, 12)),
        "n": source.choice(["orchestra", "lanterns", "umbrella"]),
    }


FOUND = {
    # Shells, environment files, containers
    "env file": "DB_PASSWORD={p}",
    "env file, made by a person": "DB_PASSWORD" + "={w}",
    "env file, quoted": 'SECRET_KEY="{t}"',
    "env file, hex": "SESSION_SECRET={h}",
    "env file, base64": "ENCRYPTION_KEY={b}",
    "export": "export API_TOKEN={t}",
    "export, quoted": "export MYSQL_ROOT_PASSWORD='{p}'",
    "fish": "set -x AUTH_TOKEN {t}",
    "PowerShell": '$env:ADMIN_PASSWORD = "{p}"',
    "batch file": "set SERVICE_TOKEN={t}",
    "docker run": "docker run -e DB_PASSWORD={p} image",
    "docker run, token": "docker run -d -e API_TOKEN={t} registry/image:1.2",
    "docker run, quoted": 'docker run -e "POSTGRES_PASSWORD={p}" image',
    "Dockerfile ENV": "ENV ACCESS_TOKEN={t}",
    "Dockerfile ENV, old": "ENV DB_PASSWORD {p}",
    "Dockerfile ARG": "ARG NPM_AUTH_TOKEN={t}",
    "option": "./deploy --password={p} --quiet",
    "option with a space": "./deploy --api-token {t} --quiet",
    "mysql -p": "mysql -u root --password={p} shop",
    "shell before a command": "PGPASSWORD={p} psql -h db.firma.net -U app",
    "sshpass": "sshpass -p '{p}' ssh root@db.firma.net",
    "curl -u": "curl " + "-u deploy:{p} https://repo.firma.net/x",
    "curl -H": 'curl -H "Authorization: Bearer {t}" https://intern.firma.net/v1',
    "curl -H, a key of one's own": "curl -H 'X-Api-Key: {h}' https://intern.firma.net/v1",
    "Jenkinsfile": "    environment {{ DEPLOY_TOKEN = '{t}' }}",
    "workflow": "        env:\n          DEPLOY_TOKEN: {t}",
    # Configuration
    "compose map": "    environment:\n      POSTGRES_PASSWORD: {p}",
    "compose list": "    environment:\n      - POSTGRES_PASSWORD={p}",
    "compose list, quoted": "      - 'MYSQL_PASSWORD={w}'",
    "YAML": "password: {p}",
    "YAML, quoted": 'client_secret: "{t}"',
    "YAML with a remark": "password: {p} # of the old server",
    "Kubernetes": "- name: API_TOKEN\n  value: {t}",
    "JSON": '{{"apiKey": "{t}"}}',
    "JSON password": '{{"user": "app", "password": "{p}"}}',
    "JSON in a string": 'body = "{{\\"password\\":\\"{p}\\"}}"',
    "appsettings.json": '  "Jwt": {{\n    "SigningKey": "{b}"\n  }}',
    "application.properties": "spring.datasource.password={p}",
    "application.properties, token": "app.security.jwt.secret={t}",
    "application.yml": "spring:\n  datasource:\n    password: '{p}'",
    "database.yml": "production:\n  adapter: mysql2\n  password: {p}",
    "secrets.yml": "  secret_key_base: {H}",
    "INI": "[client]\npassword = {p}",
    "TOML": 'auth_token = "{t}"',
    "tfvars": 'db_password = "{p}"',
    "Terraform resource": '  administrator_login_password = "{w}"',
    "Terraform default": 'variable "api_token" {{\n  default = "{t}"\n}}',
    "XML element": "<dbPassword>{p}</dbPassword>",
    "XML element, token": "  <apiToken>{t}</apiToken>",
    "XML attribute": '<add key="SmtpPassword" value="{p}" />',
    "XML attribute of its own": '<user name="app" password="{p}" roles="admin"/>',
    "Maven settings": "<server><id>nexus</id><password>{p}</password></server>",
    "Android": '<string name="api_key">{t}</string>',
    "property list": "<key>ApiToken</key>\n<string>{t}</string>",
    "npmrc": "//registry.firma.net/:_authToken={t}",
    "netrc": "machine git.firma.net login bot password {p}",
    "gradle.properties": "signing.keyPassword={p}",
    "Ansible vars": 'ansible_become_pass: "{p}"',
    "pip index": "extra-index-url = https://bot:{p}@pypi.firma.net/simple",
    # Languages
    "Python": 'API_TOKEN = "{t}"',
    "settings.py": "SECRET_KEY = '{t}'",
    "settings.py, database": "        'PASSWORD': '{p}',",
    "Python argument": 'connect(host="db", password="{p}")',
    "Python environ": 'os.environ["API_SECRET"] = "{t}"',
    "Python getenv": 'os.getenv("API_TOKEN", "{t}")',
    "JavaScript": "const apiKey = '{t}';",
    "JavaScript object": "  clientSecret: '{t}',",
    "JavaScript fallback": 'secret: process.env.SESSION_SECRET || "{t}"',
    "TypeScript": 'export const authToken: string = "{t}";',
    "Java": 'private static final String DB_PASSWORD = "{p}";',
    "Java setter": 'config.setPassword("{p}");',
    "Java connection": 'DriverManager.getConnection("jdbc:mysql://db.firma.net/shop?user=app&password={p}");',
    "JDBC": "jdbc:postgresql://db.firma.net:5432/shop?user=app&password={t}",
    "ODBC": "Driver={{SQL Server}};Server=db.firma.net;Database=shop;Uid=app;Pwd={t};",
    "ADO.NET": '"Default": "Server=db.firma.net;Database=shop;User Id=app;Password={p};"',
    "C#": 'public const string ApiSecret = "{t}";',
    "Go": 'apiToken := "{t}"',
    "Go constant": 'const DBPassword = "{p}"',
    "Go structure": '\tPassword: "{p}",',
    "Rust": 'const API_TOKEN: &str = "{t}";',
    "Ruby": "api_token = '{t}'",
    "Ruby ENV": "ENV['DB_PASSWORD'] ||= '{p}'",
    "Ruby rocket": ":password => '{p}'",
    "PHP": "$dbPassword = '{p}';",
    "PHP array": "'client_secret' => '{t}',",
    "wp-config.php": "define('DB_PASSWORD', '{p}');",
    "wp-config.php, keys": "define( 'AUTH_KEY', '{t}' );",
    "PHP env": "env('DB_PASSWORD', '{p}')",
    "Kotlin": 'val apiToken = "{t}"',
    "Swift": 'static let clientSecret = "{t}"',
    "C": '#define WIFI_PASSWORD "{p}"',
    "SQL user": "CREATE USER app IDENTIFIED BY PASSWORD '{p}';",
    "SQL role": "ALTER ROLE app WITH PASSWORD '{p}';",
    "header": "Authorization: Bearer {t}",
    "header of one's own": "X-Auth-Token: {t}",
    "query": "GET /v1/items?access_token={t}&page=2",
    "address of a database": "DATABASE_URL=postgres://app:{t}@db.firma.net:5432/shop",
    "address with a token": "git clone https://{t}@git.firma.net/a.git",
    "a UUID as a key": 'api_key = "{u}"',
    "Markdown": "- `API_TOKEN`: `{t}`",
    "notes": "Password: {p}",
    "a token in capitals": "TOTP_#=".replace("#", "SECRET") + "KDR5FXSO" + "LNV6A5UAQYCKROSJZF7SVML7",
}
"""Lines that must be found, and shown without being asked for."""

NOT_FOUND: dict[str, str | tuple[str, str]] = {
    # Templates and references
    "shell variable": ("export DB_PASSWORD=${{DB_PASS_{n}}}", "template"),
    "shell variable, bare": ("mysql --password=$MYSQL_PASSWORD_{n}", "template"),
    "command": 'API_TOKEN="$(cat /run/secrets/{n})"',
    "workflow secret": "token: ${{{{ secrets.DEPLOY_TOKEN }}}}",
    "Jinja": 'db_password: "{{{{ vault_db_password }}}}"',
    "ERB": "password: <%= ENV['DB_PASSWORD'] %>",
    "Helm": "password: {{{{ .Values.auth.password | quote }}}}",
    "Python format": ('f"password={{password}}&x=1"', "template"),
    "percent": ('"password=%(password)s"', "template"),
    "batch variable": "set TOKEN=%DEPLOY_TOKEN_FROM_CI%",
    "Ruby interpolation": '"Bearer #{{session.access_token}}"',
    "Terraform variable": ("  password = var.database_password", "code"),
    "Terraform resource": ("  db_password = random_password.master.result", "code"),
    "CloudFormation": "Password: !Ref DatabasePassword",
    "secret manager": ("password: arn:aws:secretsmanager:eu-central-1:12:secret:{n}", "template"),
    "Vault": ("password: vault:secret/data/app#password", "template"),
    "angle brackets": "API_TOKEN=<the token of {n} goes here>",
    # Code
    "call": ("password = getpass.getpass()", "code"),
    "identifier of a Jenkins credential": ("SONAR_TOKEN = credentials('{h}')", "name"),
    "UUID of credentials": ("sshagent(credentials: '{u}') {{", "name"),
    "translation with escapes": ("Of=\\u0041\nPassword=Contrase\\u00f1a", "prose"),
    "constant pool of a class": ('Password: \x08\x00\x1f\x01abcQx9prompt "', "code"),
    "code after an empty string": ('a.username=a.password="",a.auth.indexOf(":")&&b', "code"),
    "code after a label": ('f("label",{{for:"password"}},"Password:"),Pe.createElement("code",null," *** ")', "code"),
    "attribute": "token = self.session.access_token",
    "environment": "const secret = process.env.SESSION_SECRET_KEY",
    "getenv": 'apiToken := os.Getenv("API_TOKEN")',
    "argument": "client.login(user, password=user_password)",
    "constructor": "token = new CancellationTokenSource().Token",
    "expression": "auth = btoa(user + ':' + password)",
    "concatenation": "'FAIL_TO_#: '+process.argv[2]".replace("#", "PASS"),
    "comparison of lengths": "if (password.length >= minPasswordLength) {{",
    "schema": "password: {{ type: String, required: true }}",
    "type annotation": "declare password: CreationOptional<string>",
    "type annotation, plain": "  newPassword: UntypedFormControl",
    "type of Go": "\tPassword  PasswordCredentials",
    "annotation of Python": "def login(token: AccessTokenModel, secret: Optional[str]):",
    "enumeration": ('    INVALID_TOKEN = "invalid_token_error_response"', "words"),
    "class": "'MISSING_PASSPHRASE': GpgMissingPassPhrase,",
    "binding of Angular": '<strength [passwordComponent]="passwordStrength">',
    "list of names": 'exclude: ["password", "totpSecret", "createdAt"]',
    "minified": "a.token=b.token,c.secret=d.prototype.secretHandler,e(f)",
    "import": "from 'auth-provider/dist/credentials-provider-node'",
    "error code": "auth_error = 'ERR_AUTH_PROVIDER_TIMEOUT_408'",
    "type name": ("tokenType = 'Bearer_access_jwt_v2_type01'", "name"),
    # Language
    "translation": ("forget_password=Zapomněli jste heslo?", "prose"),
    "translation, one word": "password=Wachtwoord",
    "translation in JSON": '"LABEL_PASSWORD": ' + '"Contrasenya",',
    "translation of a sentence": '"resetPassword": "Réinitialiser le mot de passe"',
    "translation in Chinese": ("password=请输入您的密码再试一次", "prose"),
    "help": 'help_password = "Enter the password of the {n}"',
    "label": "Password: Required",
    "error": 'errors.password = "Passwords must match!"',
    "test description": "it('rejects a bad password: too short', () => {{",
    "description of OpenAPI": "  token: Access token of the user, sent with each request",
    "docstring": ":param password: Password of the user on the server",
    "comment": "# token: opaque string returned by the server",
    # Other things than secrets
    "bcrypt": ("password: $2a$10${t}{h}"[:52], "hash"),
    "crypt": ('password = "$6$rounds=4096$' + "{t}" + '"', "hash"),
    "encrypted by Maven": ("<password>{{{b}}}</password>", "encrypted"),
    "SSHA": ("userPassword: {{SSHA}}{b}", "hash"),
    "hash by name": ("password_hash = '{h}'", "name"),
    "integrity": '"auth": "^3.0.0-beta.12.next.4"',
    "package": '"auth-token": "npm:@scope/auth-token@^6.0.0"',
    "lock file": '"integrity": "sha512-{b}"',
    "RECORD": "auth.py,sha256={b},1042",
    "pom": "<secrets.version>1.12.470-jre11</secrets.version>",
    "commit": ("token_commit: {h}", "name"),
    "CSRF": '<input name="csrf_token" value="{t}">',
    "CSRF meta": '<meta name="csrf-token" content="{b}" />',
    "nonce": '<script nonce="{t}">',
    "id": ('token_id = "{u}"', "name"),
    "public key": ("public_key_token={h}", "name"),
    "certificate": ("client_certificate_auth: MIID{b}", "name"),
    "SSH public key": 'auth_key = "AAAAB3NzaC1yc2E{b}"',
    "path": ("password_file=/run/secrets/db_password", "name"),
    "path below a system's folder": ("SSH_AUTH_SOCK=/tmp/ssh-{t}/agent.5541; export SSH_AUTH_SOCK;", "path"),
    "path in the value": ("DATABASE_PASSWORD=/run/secrets/db-password", "path"),
    "file": 'token = "config/credentials/production.yml.enc"',
    "address": "token: https://auth.firma.net/oauth/token",
    "endpoint": "AUTH_ENDPOINT=https://auth.firma.net/v1/oauth2token",
    "number": "max_tokens = 1234567890123456789",
    "date": 'token = "2031-04-05T06:07:08.000Z"',
    "CSS": ".password-strength-meter__bar--3: hover-0",
    "HTML id": '<input id="user-password-confirm2" type="password" placeholder="Password">',
    "GraphQL": "  resetPassword(token: String!, password: String!): User",
    "site key": "recaptcha_site_key = '{t}'",
    # Placeholders
    "changeme": ("DB_PASSWORD=changeme", "placeholder"),
    "the word itself": "DB_#=".replace("#", "PASSWORD") + "password123!",
    "secret": ('password: "s3cr3t"', "placeholder"),
    "your": ("API_TOKEN=your-api-token-goes-here-42", "placeholder"),
    "stars": ("password = '************'", "template"),
    "x": ("API_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxx", "placeholder"),
    "sequence": ("api_key = '" + "0123456789abcdef" * 2 + "'", "placeholder"),
    "same letter": ("SECRET_KEY=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "placeholder"),
    "example host": ("postgres://app:{t}@db.example.com/shop", "example-host"),
    "words of an address": ("amqp://myuser" + ":mypassword@rabbit.firma.net:5672/x", "placeholder"),
    "variable in an address": "https://bot:${{TOKEN_OF_BOT}}@git.firma.net/a.git",
    "redacted": "Authorization: Bearer [REDACTED-BY-THE-PROXY]",
    "dummy": ('auth_token = "dummy-token-for-tests-12"', "placeholder"),
}
"""Lines of which nothing may be shown, with the reason where there is one that must be told."""


@pytest.fixture(scope="module")
def engine() -> Engine:
    """One engine for all."""
    return Engine()


def shown(engine: Engine, text: str) -> tuple[list[Match], list[Rejected]]:
    """What is shown of a text, and what was turned down."""
    result = engine.scan(text.encode(), explain=True)
    return [one for one in result.matches if one.confidence in SHOWN], result.rejected


@pytest.mark.parametrize("line", FOUND)
def test_secrets_are_found_in_every_spelling(engine: Engine, line: str) -> None:
    for seed in range(3):
        values = _values(seed * 100)
        text = f"\n{FOUND[line].format(**values)}\n"
        found, rejected = shown(engine, text)
        expected = {value for value in values.values() if value in text} or {text.strip().partition("=")[2]}
        assert expected & {one.secret for one in found}, (text, rejected, engine.scan(text.encode()).matches)


@pytest.mark.parametrize("line", NOT_FOUND)
def test_what_is_no_secret_is_not_shown_and_says_why(engine: Engine, line: str) -> None:
    entry = NOT_FOUND[line]
    template, reason = (entry, "") if isinstance(entry, str) else entry
    for seed in range(3):
        text = f"\n{template.format(**_values(seed * 100))}\n"
        found, rejected = shown(engine, text)
        assert not found, (text, found)
        if reason:
            assert reason in {one.reason for one in rejected}, (text, rejected)


@pytest.mark.parametrize("value", ["password", "P@ssw0rd", "s3cr3t", "changeme1", "admin123", "letmein!"])
def test_what_everybody_writes_is_no_password_in_any_spelling(engine: Engine, value: str) -> None:
    for line in (f"DB_PASSWORD={value}", f'password: "{value}"', f"mysql://app:{value}@db.firma.net/x"):
        assert not shown(engine, line)[0]


@pytest.mark.parametrize("text", ["translation", "Authentication", "configuration", "controller"])
def test_words_read_like_words_and_random_text_does_not(text: str) -> None:
    source = random.Random(text)
    mixed = ["".join(source.choices(LETTERS_AND_DIGITS, k=40)) for _ in range(50)]
    assert texture.worded(text) == 1
    assert sum(texture.worded(one) > 0.3 for one in mixed) <= 1


@given(st.sampled_from(["password = ", "api_token: ", '"secret": "', "<password>", "token(", "db.pwd="]), st.text())
def test_no_text_breaks_the_analysis(engine: Engine, head: str, value: str) -> None:
    text = (head + value).encode("utf-8", "surrogatepass")
    for one in engine.scan(text, explain=True).matches:
        assert text[one.start : one.end]


def test_endless_values_take_no_endless_time(engine: Engine) -> None:
    for unit in ("password=", "token: ", "secret=a.", "pass(", '"api_key": "' + "Ab1" * 30):
        engine.scan((unit * 4000).encode())
