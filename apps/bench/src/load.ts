/** `load`: puts a server that runs already under load. */
import { addresses, oneOf, readFlags, seconds, wholeNumber, znodePath } from "./arguments.ts";
import { generate, MODES } from "./generator.ts";

/** As ZooKeeper's default jute.maxbuffer, less room for the rest of a request. */
const SIZE_MAX = 1_000_000;

export const LOAD_FLAGS = {
  hosts: addresses("servers, which connections take in turn", "127.0.0.1:2181"),
  connections: wholeNumber("connections", 16, 1, 4096),
  depth: wholeNumber("unanswered requests on each connection", 16, 1, 4096),
  reads: wholeNumber("of 100 requests, how many read", 100, 0, 100),
  size: wholeNumber("bytes of a value", 128, 0, SIZE_MAX),
  keys: wholeNumber("znodes read and written", 1000, 1, 10_000_000),
  seconds: seconds("seconds that count", 5, 0.1),
  warm: seconds("seconds of load before that", 2, 0),
  mode: oneOf("set: reads and writes; churn: creates and deletes; grow: creates; ping", MODES, "set"),
  prefix: znodePath("the znode below which it all happens", "/rookery-bench"),
};

export async function load(words: readonly string[]): Promise<number> {
  const options = readFlags(words, LOAD_FLAGS);
  const { mode, connections, depth, size, keys, reads } = options;
  const report = await generate(options);
  process.stdout.write(`${JSON.stringify({ ...report, mode, connections, depth, size, keys, reads })}\n`);
  return 0;
}
