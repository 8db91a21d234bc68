/** One Rookery member: its client listener, request pipeline, sessions and reports. It takes its storage engine through a port. */

export { STATE_TABLES } from "@rookery/tree";
export { type Logger, SILENT } from "./logger.ts";
export { DEFAULT_OPTIONS, type EnsembleMember, type EnsembleOptions, type ServerOptions } from "./options.ts";
export { type RunningServer, startServer } from "./server.ts";
