#!/usr/bin/env node
"use strict";
// Copied as it is to dist/main.js. It must run before libuv starts its thread pool, whose size is read once: commits
// share the pool with DNS, files and hashes, and four threads are too few. An ES module is too late on Node 20, whose
// loader reads modules on that pool (counted: 4 threads instead of 8); CommonJS is not (8 on 20.19, 20.20 and 26).
process.env.UV_THREADPOOL_SIZE ??= "8";
void import("./cli.mjs").then(({ main }) => main());
