/** A storage engine for Rookery: state in LMDB, behind a group-committed segmented log. What is stored is opaque here. */
export { type LmdbEngineOptions, type Logger, openLmdbEngine } from "./engine.ts";
export { type File, type Files, realFiles } from "./files.ts";
