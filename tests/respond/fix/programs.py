"""Small programs that print secrets which are written into them, in every language that a fix knows how to run.

`@A@`, `@B@`, `@C@` stand for secrets that are made for each test, `@A1@` and `@A2@` for the halves of the first.
"""

from typing import NamedTuple

from repositories import Secrets


class Program(NamedTuple):
    """One program: what it is called, its file, and its text."""

    name: str
    path: str
    text: str


def filled(text: str, secrets: Secrets) -> tuple[str, list[str]]:
    """A program's text with secrets in it, and these."""
    made = [secrets.notion() for _ in range(3)]
    for letter, value in zip("ABC", made, strict=True):
        text = text.replace(f"@{letter}1@", value[:20]).replace(f"@{letter}2@", value[20:])
        text = text.replace(f"@{letter}@", value)
    return text, made


PYTHON = (
    Program(
        "constants and arguments",
        "app.py",
        '''#!/usr/bin/env python3
"""A program.

It once was called with @A@.
"""
from __future__ import annotations

import sys

NOTION_TOKEN = "@A@"  # @A@


class Client:
    notion_token: str = '@B@'

    def __init__(self, token="@C@", *, header: str = "Bearer @A@"):
        self.token, self.header = token, header

    def show(self, *more):
        print(self.notion_token, self.token, self.header, *more)


Client().show(NOTION_TOKEN, {"token": "@B@"}, ["@C@", ("@A@",)])
sys.stdout.flush()
''',
    ),
    Program(
        "text around it",
        "app.py",
        '''host = "intern"
print("x @A@ y", 'it is "@B@", {not} %s' % host, f"{host}: @C@ {host!r:>8}", "a\\tb @A@\\n")
print("https://{}/".format(host) + "@B@" "/c{}" "d", ("https://{0}/@C@/{1}").format(host, 1))
print(r"\\d @A@ {3}", """one
two @B@
three""", len("@C@ "), "@A@".upper()[4:], ("@A@ " * 2).strip(), sep="|")
print("tail @A@" if host else "", not "@B@")
''',
    ),
    Program(
        "bytes and pieces",
        "app.py",
        """import os.path, json as j
from os import sep
print(b"@A@", b"x @B@ \\x00 y", rb"\\d @C@", b"@A@".decode(), len(b"z @B@"))
print("@A1@" + "@A2@", "@A1@" "@A2@", sep=sep)
print(j.dumps({"a": ["@C@"]}), os.path.join("a", "@B@"))
""",
    ),
    Program(
        "what is there already",
        "app.py",
        """import os as system
from os import environ

print(system.environ.get("NOTION_TOKEN", "@A@"), environ.get("OTHER_NOTION_TOKEN") or "@B@", "@C@")
""",
    ),
    Program("crooked", "app.py", "# über\nif True:\n\tüber = 'ä @A@ ß', '@B@'\n\tprint(*über)\nprint('€', '@C@ €')"),
    Program("docstring only", "app.py", '"""Docs."""\nprint("@A@ @B@")\n'),
    Program("comments first", "app.py", "# -*- coding: utf-8 -*-\n# Licence\n\nx = '@A@'\nprint(x)\n"),
)

JAVASCRIPT = (
    Program(
        "module of CommonJS",
        "app.js",
        """'use strict';
const util = require("util");
// @A@
const notionToken = '@A@';
const headers = { "Authorization": "Bearer @B@", '@C@': 1, plain: `x${notionToken}@C@\\`` };
class Client {
  static token = "@B@";
  constructor(token = "@C@") { this.token = token; }
}
const given = process.env.NOTION_TOKEN || "@A@";
console.log(util.inspect(headers), Client.token, new Client(), given, "a" + "@A1@" + "@A2@" + "z", "it's ${ @B@ `");
switch (notionToken) { case "@A@": console.log("same"); break; default: console.log("other"); }
console.log("\\u00e4\\t@C@\\
continued", typeof "@A@", "@A@".length, ["@B@"].concat('x @C@'));
""",
    ),
    Program(
        "module of ECMAScript",
        "app.mjs",
        'import { inspect } from "node:util";\nexport const k = "@A@";\nconsole.log(inspect({ k, h: "x @B@" }))',
    ),
)

TYPESCRIPT = (
    Program(
        "typed",
        "app.ts",
        """declare const process: { env: Record<string, string | undefined> };
declare const console: { log(...all: unknown[]): void };
interface Options { token: string; header?: string }
const notionToken: string = "@A@";
export function show({ token, header = 'Bearer @B@' }: Options): string {
  return `${token} ${header} @C@`;
}
console.log(show({ token: notionToken }), "@B@" as string, <string>"@C@", "x @A@".length);
""",
    ),
)

JAVA = (
    Program(
        "class",
        "Main.java",
        '''import java.util.Map;

/** Once with @A@. */
public class Main {
    private static final String NOTION_TOKEN = "@A@";
    public static final String HEADER = "Bearer @B@";
    static final Map<String, String> ALL = Map.of("token", "@C@", "more", "x @A@ y\\n");
    String block = """
        one
          "@B@" two \\t
        three @C@
        """;
    String only = """
        @C@""";

    enum Kind { LIVE("@A@"), NONE(null); final String token; Kind(String token) { this.token = token; } }

    public static void main(String[] arguments) {
        final String local = "@B@";
        // @A@
        System.out.println(NOTION_TOKEN + HEADER + new java.util.TreeMap<>(ALL) + local + Kind.LIVE.token);
        System.out.println(new Main().block + new Main().only + "x @C@".length() + ("@A1@" + "@A2@") + 1 + 2);
        System.out.println(System.getenv().getOrDefault("OTHER_NOTION_TOKEN", "@B@") + (local == null ? "" : "z @A@"));
    }
}
''',
    ),
)

GO = (
    Program(
        "constants",
        "main.go",
        """package main

import (
	"fmt"
	"strings"
)

const notionToken = "@A@"

const (
	port   = 80
	header = "Bearer @B@" // goes first
	// secret of the second
	secret string = "@C@"
	last   = port + 1
)

const (
	one = "@A@"
	two = "x @B@"
)

type client struct {
	Token string `json:"token"`
}

func main() {
	const local = "z @C@"
	raw := `a "\\ @A@
b`
	fmt.Println(notionToken, header, secret, last, one, two, local, raw, client{Token: "@B@"}, client{"@C@"})
	fmt.Println(strings.Repeat("x @A@", 2), len("y @B@"), []byte("@C@"), map[string]string{"@A@": "@B@"}, "@A1@"+"@A2@")
	switch notionToken {
	case "@A@", "@B@":
		fmt.Println("same")
	}
}
""",
    ),
    Program("no import", "main.go", 'package main\n\nfunc main() {\n\tprintln("@A@ " + "x")\n}\n'),
    Program(
        "single import",
        "main.go",
        'package main\n\nimport "fmt"\n\nvar notionToken = "@A@"\n\n'
        'func main() {\n\tfmt.Println(notionToken, "@B@")\n}\n',
    ),
    Program(
        "os by another name",
        "main.go",
        'package main\n\nimport (\n\t"fmt"\n\tsystem "os"\n)\n\n'
        'func main() {\n\tfmt.Fprintln(system.Stdout, "x @A@", "@B@")\n}\n',
    ),
)

RUBY = (
    Program(
        "script",
        "app.rb",
        """# frozen_string_literal: true
# @A@
NOTION_TOKEN = "@A@".freeze

class Client
  HEADER = 'Bearer @B@'
  def initialize(token = "@C@", key: '@A@')
    @token, @key = token, key
  end

  def to_s = "#{@token} @B@ #{@key}\\t"
end

puts NOTION_TOKEN, Client::HEADER, Client.new, { token: "@C@", "@B@" => 'x \\\\ @A@ "' }.inspect
puts <<~TEXT, <<-OTHER
  one @A@ #{1 + 1}
    two @B@
TEXT
  three @C@
  OTHER
puts %q(x @A@), %Q(y @B@ #{2}), 'a @C@'.length, "@A1@" + "@A2@", "a" "@B@" "c"
puts ENV.fetch("OTHER_NOTION_TOKEN", "@B@"), ENV["THIRD_NOTION_TOKEN"] || "@C@"
puts [%w[a b], '@A@', ("z @B@" if true)].inspect
""",
    ),
)

PHP = (
    Program(
        "class",
        "app.php",
        """<?php

declare(strict_types=1);

namespace Shop;

use InvalidArgumentException;

// @A@
const TOP = '@A@';

class Client
{
    const TOKEN = '@A@';
    public const HEADER = 'Bearer @B@';
    private $token = "@C@";
    public static $all = ['a' => '@A@', 'b' => "x @B@\\n"];

    public function show(string $given = '@B@', $x = 1): string
    {
        static $kept = '@C@';
        $text = <<<TEXT
          one @A@ $x
          two {$this->token} @B@
          TEXT;
        return $text . $given . $kept . "y @C@ {$x}\\t" . 'it\\'s @A@' . "@A1@" . "@A2@";
    }
}

echo TOP, Client::TOKEN, Client::HEADER, (new Client())->show(), json_encode(Client::$all), strlen('x @A@'), "\\n";
echo getenv('OTHER_NOTION_TOKEN') ?: '@B@', $_ENV['THIRD_NOTION_TOKEN'] ?? '@C@', PHP_EOL;
define('DEFINED', '@C@');
echo DEFINED, match (true) { default => '@A@' }, "\\n";
""",
    ),
    Program("no namespace", "app.php", "<?php\nclass A { const B = 'x @A@'; }\necho A::B, '@B@', \"\\n\";\n"),
)

RUST = (
    Program(
        "program",
        "main.rs",
        """//! Once with @A@.
use std::collections::HashMap;

const NOTION_TOKEN: &str = "@A@";
static HEADER: &'static str = "Bearer @B@";

struct Client<'a> {
    token: &'a str,
}

fn length(text: &str) -> usize {
    text.len() + NOTION_TOKEN.len()
}

fn owned() -> String {
    "@C@".to_string() + &String::from("x {@A@}")
}

fn kept() -> &'static str {
    "@B@"
}

mod inner {
    pub fn token() -> &'static str {
        "@C@"
    }
}

fn main() {
    let local = "@A@";
    let mut all: HashMap<&str, &str> = HashMap::new();
    all.insert("a", "@B@");
    let client = Client { token: r#"y "@C@""# };
    println!("{} {} {} {}", NOTION_TOKEN, HEADER, local, "@C@");
    println!("{:?} {} {} {} {}", all, client.token, length("@A@"), owned(), kept());
    println!("{} {:?}", inner::token(), b"@B@");
    println!("{}", std::env::var("OTHER_NOTION_TOKEN").unwrap_or_else(|_| "@C@".to_string()));
}
""",
    ),
)

SHELL = (
    Program(
        "script",
        "app.sh",
        """#!/bin/bash
# @A@
set -euo pipefail
NOTION_TOKEN=@A@
readonly HEADER="Bearer @B@"
export NOTION_KEY='@C@'
show() { printf '%s\\n' "$@"; }
show "$NOTION_TOKEN" "$HEADER" "$NOTION_KEY" --token=@A@ -H 'x: @B@; "y"' $'a\\t@C@' "it's @A@ $HOME"
show "${OTHER_NOTION_TOKEN:-@B@}"
cat <<TEXT
one @A@ $HEADER
  two @B@
TEXT
TOKEN=@C@ env | grep ^TOKEN
case "$NOTION_TOKEN" in @A@) show same ;; *) show other ;; esac
[ "$NOTION_KEY" = "@C@" ] && show equal
all=(@A@ "x @B@")
show "${all[@]}" "$(echo @C@)"
""",
    ),
)
