/**
 * Real servers in a test's process: in memory, on ports of the system's choice, with faults on demand. For the tests of
 * whoever uses a ZooKeeper client; nothing here is meant to serve anybody else.
 */
export type { Logger } from "../logger.ts";
export type { EnsembleMember, EnsembleOptions, ServerOptions } from "../options.ts";
export type { LostReply, ReplyFilter } from "./gate.ts";
export type { TestServerOptions } from "./options.ts";
export { startTestEnsemble, type TestEnsemble, type TestEnsembleOptions } from "./test-ensemble.ts";
export { startTestGate, type TestGate, type TestGateOptions } from "./test-gate.ts";
export { startTestServer, type TestServer } from "./test-server.ts";
