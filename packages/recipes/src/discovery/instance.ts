/**
 * What a service tells of one of its instances, in the JSON of Curator's x-discovery, so that Java programs can read it and be
 * read.
 */
import { randomUUID } from "node:crypto";
import { networkInterfaces } from "node:os";
import { CoordinationError } from "@rookery/client";

/**
 * - `DYNAMIC`: goes with the session of who registered it.
 * - `STATIC`, `PERMANENT`: stays until it is unregistered.
 * - `DYNAMIC_SEQUENTIAL`: as `DYNAMIC`; Curator's, can be read but not registered here.
 */
export type ServiceType = "DYNAMIC" | "STATIC" | "PERMANENT" | "DYNAMIC_SEQUENTIAL";

const TYPES: readonly string[] = ["DYNAMIC", "STATIC", "PERMANENT", "DYNAMIC_SEQUENTIAL"];

export interface ServiceInstance<Payload = unknown> {
  /** Of the service. */
  readonly name: string;
  /** Of the instance, unique within the service. */
  readonly id: string;
  readonly address: string | undefined;
  readonly port: number | undefined;
  readonly sslPort: number | undefined;
  /** Any JSON. What Java wrote has its class in `@class`. */
  readonly payload: Payload | undefined;
  /** Ms since 1970. */
  readonly registrationTimeUTC: number;
  readonly serviceType: ServiceType;
  /** With variables in braces: `{scheme}://{address}:{port}`; see {@link buildUri}. */
  readonly uriSpec: string | undefined;
  /** False: it is there, and is not to be used. */
  readonly enabled: boolean;
}

export interface InstanceOptions<Payload = unknown> {
  readonly name: string;
  /** Default: a random UUID. */
  readonly id?: string | undefined;
  /** Default: the first address of this machine that is not a loopback. */
  readonly address?: string | undefined;
  readonly port?: number | undefined;
  readonly sslPort?: number | undefined;
  readonly payload?: Payload | undefined;
  /** Default: now. */
  readonly registrationTimeUTC?: number | undefined;
  /** Default `DYNAMIC`. */
  readonly serviceType?: ServiceType | undefined;
  readonly uriSpec?: string | undefined;
  /** Default true. */
  readonly enabled?: boolean | undefined;
}

/** An instance, checked and complete. @throws CoordinationError `BAD_ARGUMENTS` */
export function serviceInstance<Payload = unknown>(options: InstanceOptions<Payload>): ServiceInstance<Payload> {
  const { name, id = randomUUID(), address = localAddress(), port, sslPort, payload, uriSpec } = options;
  const { registrationTimeUTC = Date.now(), serviceType = "DYNAMIC", enabled = true } = options;
  for (const [what, value] of [
    ["name", name],
    ["id", id],
  ] as const)
    if (typeof value !== "string" || value === "" || value.includes("/"))
      throw bad(`${what} is ${JSON.stringify(value)}: it must be a name without slashes.`);
  for (const [what, value] of [
    ["port", port],
    ["sslPort", sslPort],
  ] as const)
    if (value !== undefined && !(Number.isInteger(value) && value >= 0 && value <= 65535))
      throw bad(`${what} is ${value}: it must be an integer from 0 to 65535.`);
  if (!TYPES.includes(serviceType)) throw bad(`serviceType is ${serviceType}: it must be ${TYPES.join(", ")}.`);
  if (uriSpec !== undefined) partsOf(uriSpec);
  return { name, id, address, port, sslPort, payload, registrationTimeUTC, serviceType, uriSpec, enabled };
}

/** Of IPv4 if there is one. */
function localAddress(): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const outward = all.filter(({ internal }) => !internal);
  return (outward.find(({ family }) => family === "IPv4") ?? outward[0])?.address;
}

/** Both directions of what a znode holds. */
export interface InstanceCodec<Payload = unknown> {
  encode(instance: ServiceInstance<Payload>): Uint8Array | string;
  /** @throws whatever says what is wrong; the instance is left out, and reported as a problem. */
  decode(bytes: Uint8Array): ServiceInstance<Payload>;
}

/**
 * Curator's JsonInstanceSerializer, as its builder makes it: the same fields in the same order, nulls written, and `enabled` only
 * where it is false, since Java programs from before there was that field fail upon it. An object as payload needs `@class`, the
 * name of a Java class, for Java programs that have a payload class of their own; strings and numbers need none.
 */
export const jsonInstances: InstanceCodec = {
  encode(instance) {
    const { name, id, address, port, sslPort, payload, registrationTimeUTC, serviceType, uriSpec, enabled } = instance;
    return JSON.stringify({
      name,
      id,
      address: address ?? null,
      port: port ?? null,
      sslPort: sslPort ?? null,
      payload: payload ?? null,
      registrationTimeUTC,
      serviceType,
      uriSpec: uriSpec === undefined ? null : { parts: partsOf(uriSpec) },
      ...(enabled ? {} : { enabled }),
    });
  },
  decode(bytes) {
    const raw: unknown = JSON.parse(Buffer.from(bytes).toString());
    if (typeof raw !== "object" || raw === null || Array.isArray(raw)) throw new TypeError("not a JSON object");
    const { name, id, address, port, sslPort, payload, registrationTimeUTC, serviceType, uriSpec, enabled } =
      raw as Record<string, unknown>;
    if (typeof name !== "string" || typeof id !== "string") throw new TypeError("name and id must be strings");
    if (serviceType !== undefined && !TYPES.includes(serviceType as string))
      throw new TypeError(`serviceType is ${JSON.stringify(serviceType)}: it must be ${TYPES.join(", ")}`);
    return Object.freeze({
      name,
      id,
      address: optional("address", "string", address),
      port: optional("port", "number", port),
      sslPort: optional("sslPort", "number", sslPort),
      payload: payload ?? undefined,
      registrationTimeUTC: optional("registrationTimeUTC", "number", registrationTimeUTC) ?? 0,
      serviceType: (serviceType ?? "DYNAMIC") as ServiceType,
      uriSpec: specOf(uriSpec),
      // Older programs do not write it.
      enabled: optional("enabled", "boolean", enabled) ?? true,
    });
  },
};

interface Types {
  string: string;
  number: number;
  boolean: boolean;
}

function optional<Name extends keyof Types>(what: string, type: Name, value: unknown): Types[Name] | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== type) throw new TypeError(`${what} must be a ${type}`);
  return value as Types[Name];
}

// ── URIs ─────────────────────────────────────────────────────────────────────────────────────────────────────

interface UriPart {
  readonly value: string;
  readonly variable: boolean;
}

/** @throws CoordinationError `BAD_ARGUMENTS` if the braces do not match. */
function partsOf(spec: string): UriPart[] {
  const parts: UriPart[] = [];
  let inside = false;
  for (const token of spec.split(/([{}])/)) {
    if (token === "{" || token === "}") {
      if ((token === "{") === inside) throw bad(`uriSpec ${JSON.stringify(spec)}: the braces do not match.`);
      inside = !inside;
    } else if (token !== "") parts.push({ value: inside ? token.trim() : token, variable: inside });
  }
  if (inside) throw bad(`uriSpec ${JSON.stringify(spec)}: the braces do not match.`);
  return parts;
}

function specOf(raw: unknown): string | undefined {
  if (raw === undefined || raw === null) return undefined;
  const { parts } = raw as { readonly parts?: unknown };
  if (!Array.isArray(parts)) throw new TypeError("uriSpec must have parts");
  return parts
    .map((part: Partial<UriPart> | null) => {
      if (typeof part?.value !== "string") throw new TypeError("each part of uriSpec must have a value");
      return part.variable === true ? `{${part.value}}` : part.value;
    })
    .join("");
}

/**
 * The instance's `uriSpec` with its variables filled in: `scheme` (https if there is an sslPort, otherwise http), `name`, `id`,
 * `address`, `port`, `ssl-port`, `registration-time-utc`, `service-type`, `[` and `]` for braces, and those given, which win.
 * Unknown ones are empty. Empty if there is no `uriSpec`.
 */
export function buildUri(instance: ServiceInstance, variables: Readonly<Record<string, string | number>> = {}): string {
  const known = new Map<string, unknown>([
    ["[", "{"],
    ["]", "}"],
    ["scheme", instance.sslPort === undefined ? "http" : "https"],
    ["name", instance.name],
    ["id", instance.id],
    ["address", instance.address],
    ["port", instance.port],
    ["ssl-port", instance.sslPort],
    ["registration-time-utc", instance.registrationTimeUTC],
    ["service-type", instance.serviceType.toLowerCase()],
    ...Object.entries(variables),
  ]);
  return partsOf(instance.uriSpec ?? "")
    .map(({ value, variable }) => (variable ? String(known.get(value) ?? "") : value))
    .join("");
}

function bad(message: string): CoordinationError {
  return new CoordinationError("BAD_ARGUMENTS", message);
}
