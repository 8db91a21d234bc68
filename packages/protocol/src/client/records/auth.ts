/** Records by which a connection says who it is, and asks who it is. Specification §4.12, §4.13, §11. */
import type { Codec } from "../codec.ts";
import { unexpectedNull } from "../jute-reader.ts";

/** Adds an identity to the connection. */
export interface AuthPacket {
  /** Ignored; clients send 0. */
  readonly type: number;
  readonly scheme: string | null;
  readonly auth: Uint8Array | null;
}

/** Layout: type int, scheme string, auth buffer. Source: ZooKeeper 3.9, zookeeper.jute, AuthPacket. */
export const authPacket: Codec<AuthPacket> = {
  encode(out, { type, scheme, auth }) {
    out.int(type);
    out.string(scheme);
    out.buffer(auth);
  },
  decode(input) {
    return { type: input.int(), scheme: input.string(), auth: input.buffer() };
  },
};

/** One step of a SASL exchange, in either direction. A server's null means that it does not speak SASL, or failure. */
export interface SaslToken {
  readonly token: Uint8Array | null;
}

/** Layout: token buffer. Source: ZooKeeper 3.9, zookeeper.jute, GetSASLRequest. */
export const getSASLRequest: Codec<SaslToken> = {
  encode(out, { token }) {
    out.buffer(token);
  },
  decode(input) {
    return { token: input.buffer() };
  },
};

/**
 * Layout: token buffer. Source: ZooKeeper 3.9, zookeeper.jute, SetSASLResponse.
 * @alias
 */
export const setSASLResponse: Codec<SaslToken> = getSASLRequest;

/** One identity of a connection. */
export interface ClientInfo {
  readonly authScheme: string | null;
  readonly user: string | null;
}

/** Layout: authScheme string, user string. Source: ZooKeeper 3.9, zookeeper.jute, ClientInfo. */
export const clientInfo: Codec<ClientInfo> = {
  encode(out, { authScheme, user }) {
    out.string(authScheme);
    out.string(user);
  },
  decode(input) {
    return { authScheme: input.string(), user: input.string() };
  },
};

/** Every identity of the connection, in no particular order. */
export interface WhoAmIResponse {
  readonly clientInfo: readonly ClientInfo[];
}

/** Layout: clientInfo vector of ClientInfo. Source: ZooKeeper 3.9, zookeeper.jute, WhoAmIResponse. */
export const whoAmIResponse: Codec<WhoAmIResponse> = {
  encode(out, value) {
    out.int(value.clientInfo.length);
    for (const info of value.clientInfo) {
      clientInfo.encode(out, info);
    }
  },
  decode(input) {
    const count = input.count(8);
    if (count < 0) {
      return unexpectedNull();
    }
    const infos: ClientInfo[] = [];
    for (let i = 0; i < count; i++) {
      infos.push(clientInfo.decode(input));
    }
    return { clientInfo: infos };
  },
};
