// Reads modules as Node.js does, without running them; a syntax error ends it with the file's name.
import { readFileSync } from "node:fs";
import { SourceTextModule } from "node:vm";

for (const file of process.argv.slice(2)) {
  new SourceTextModule(readFileSync(file, "utf8"), { identifier: file });
}
