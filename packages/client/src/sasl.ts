/**
 * SASL DIGEST-MD5 as ZooKeeper uses it: quality of protection `auth`, service and host fixed.
 * Source: RFC 2831; client-protocol specification §11.
 */
import { createHash, randomBytes } from "node:crypto";

const URI = "zookeeper/zk-sasl-md5";
const COUNT = "00000001";

export interface DigestMd5Credentials {
  readonly user: string;
  readonly password: string;
}

/** What answers the server's challenge, and what the server must answer to that. */
export interface DigestMd5Answer {
  readonly token: Buffer;
  readonly expected: string;
}

/** @throws Error if the challenge lacks what the mechanism needs. */
export function answerChallenge(
  challenge: Uint8Array,
  { user, password }: DigestMd5Credentials,
  cnonce = randomBytes(24).toString("base64"),
): DigestMd5Answer {
  const given = directives(Buffer.from(challenge).toString());
  const nonce = given.get("nonce");
  if (nonce === undefined) throw new Error("the server's SASL challenge has no nonce: it does not speak DIGEST-MD5");
  const realm = given.get("realm") ?? "zk-sasl-md5";
  const { response, expected } = digestProofs({ user, realm, password, nonce, cnonce, uri: URI });
  const text = [
    "charset=utf-8",
    `username="${escaped(user)}"`,
    `realm="${escaped(realm)}"`,
    `nonce="${escaped(nonce)}"`,
    `nc=${COUNT}`,
    `cnonce="${cnonce}"`,
    `digest-uri="${URI}"`,
    "maxbuf=65536",
    `response=${response}`,
    "qop=auth",
  ].join(",");
  return { token: Buffer.from(text), expected: `rspauth=${expected}` };
}

/** What each side proves to the other that it knows the password by. Source: RFC 2831 §2.1.2.1, §2.1.3. */
export function digestProofs(of: {
  readonly user: string;
  readonly realm: string;
  readonly password: string;
  readonly nonce: string;
  readonly cnonce: string;
  readonly uri: string;
}): { readonly response: string; readonly expected: string } {
  const colon = Buffer.from(":");
  const key = createHash("md5");
  for (const part of [hashed(of.user), colon, hashed(of.realm), colon, hashed(of.password)]) key.update(part);
  const secret = md5(Buffer.concat([key.digest(), Buffer.from(`:${of.nonce}:${of.cnonce}`)]));
  const proof = (method: string) =>
    md5(`${secret}:${of.nonce}:${COUNT}:${of.cnonce}:auth:${md5(`${method}:${of.uri}`)}`);
  return { response: proof("AUTHENTICATE"), expected: proof("") };
}

/** Text that fits into ISO 8859-1 is hashed in it, other text in UTF-8. */
function hashed(text: string): Buffer {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the whole of ISO 8859-1.
  return Buffer.from(text, /^[\u0000-\u00ff]*$/.test(text) ? "latin1" : "utf8");
}

function md5(of: string | Buffer): string {
  return createHash("md5").update(of).digest("hex");
}

function escaped(text: string): string {
  return text.replace(/["\\]/g, "\\$&");
}

/** `name=value` or `name="value"`, separated by commas. */
function directives(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [, name = "", quoted, plain] of text.matchAll(/([\w-]+)=(?:"((?:[^"\\]|\\.)*)"|([^,]*))/g))
    found.set(name, quoted === undefined ? (plain ?? "").trim() : quoted.replace(/\\(.)/g, "$1"));
  return found;
}
