/** What can be configured, and what is allowed. The service and the command that changes it share this. */
import { validateHeaderName, validateHeaderValue } from "node:http";
import { type ConfigValues, setting } from "@rookery/recipes";

export const PATH = "/examples/configuration";

export type Headers = Readonly<Record<string, string>>;

export const schema = {
  greeting: setting.string({ default: "Hello!", lengthMin: 1, lengthMax: 200 }),
  /** Of all clients together. */
  requestsPerSecond: setting.number({ default: 100, integer: true, min: 1, max: 10_000 }),
  /** Everybody is told to come again later. */
  maintenance: setting.boolean({ default: false }),
  /** Sent along with every answer. */
  headers: setting.json<Headers>({
    default: {},
    allowed: "an object of HTTP headers and their values",
    check: headers,
  }),
};

export type Schema = typeof schema;
export type Values = ConfigValues<Schema>;

function headers(value: unknown): Headers {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error("it is not an object");
  for (const [name, text] of Object.entries(value)) {
    validateHeaderName(name);
    if (typeof text !== "string") throw new Error(`the value of ${name} is not text`);
    validateHeaderValue(name, text);
  }
  return value as Headers;
}
