#!/usr/bin/env node
"use strict";
// Copied as it is to dist/main.js. It must run before libuv starts its thread pool, whose size is read once: commits
// share the pool with DNS, files and hashes, and four threads are too few. An ES module is too late on Node 20, whose
// loader reads modules on that pool (counted: 4 threads instead of 8); CommonJS is not (8 on 20.19, 20.20 and 26).
process.env.UV_THREADPOOL_SIZE ??= "8";
// While idle V8 shrinks its heap to what is live, and under the next load collects all of it ten times a second: 44 full
// collections in five seconds instead of 4, and a 99th percentile of writes of 11.7 ms instead of 3.4.
require("node:v8").setFlagsFromString("--no-memory-reducer");
void import("./cli.mjs").then(({ main }) => main());
