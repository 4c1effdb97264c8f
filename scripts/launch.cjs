// Loads a file of the bundle with the bytecode that Node made of it when it was built (scripts/build.mjs puts this file into dist/, docs/decisions/0006). Where
// the bytecode is of another Node, V8 refuses it and compiles the source as ever.
"use strict";

const { existsSync, readFileSync } = require("node:fs");
const path = require("node:path");
const { constants, Script } = require("node:vm");

/** By file: what was compiled, for who keeps its bytecode. */
const scripts = new Map();

/** Where the bytecode of a file is kept: V8's version is part of the name. */
function bytecodeOf(file) {
  return `${file}.${process.versions.v8}-${process.arch}`;
}

/** Runs `file`, the body of a CommonJS module, as `module`, which is made to require it. */
function load(module, file) {
  const bytecode = bytecodeOf(file);
  const script = new Script(readFileSync(file, "latin1"), {
    filename: file,
    cachedData: existsSync(bytecode) ? readFileSync(bytecode) : undefined,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  scripts.set(file, script);
  script.runInThisContext()(module.exports, module.require.bind(module), module, file, path.dirname(file));
}

module.exports = { bytecodeOf, load, scripts };
