/** Certificates for tests: as much of X.509 as node:tls asks for, with keys on P-256. Source: RFC 5280, RFC 5758. */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

export interface Issued {
  /** PEM. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
}

export interface Authority extends Issued {
  /** For `localhost` and 127.0.0.1, as a server or as a client. */
  issue(name: string): Issued;
}

export function certificateAuthority(name = "test authority"): Authority {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return {
    cert: certificate(name, publicKey, name, privateKey, [isAuthority()]),
    key: pem(privateKey),
    issue(subject) {
      const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
      return {
        cert: certificate(subject, keys.publicKey, name, privateKey, [alternativeNames()]),
        key: pem(keys.privateKey),
      };
    },
  };
}

function certificate(subject: string, key: KeyObject, issuer: string, by: KeyObject, extensions: Buffer[]): string {
  const algorithm = sequence(oid("2a8648ce3d040302"));
  const validity = sequence(der(0x17, "200101000000Z"), der(0x17, "491231235959Z"));
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    nameOf(issuer),
    validity,
    nameOf(subject),
    key.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(...extensions)),
  );
  const whole = sequence(body, algorithm, bits(sign("sha256", body, by)));
  return `-----BEGIN CERTIFICATE-----\n${whole.toString("base64").replace(/.{64}/g, "$&\n")}\n-----END CERTIFICATE-----\n`;
}

function isAuthority(): Buffer {
  return sequence(oid("551d13"), der(0x01, Buffer.from([0xff])), der(0x04, sequence(der(0x01, Buffer.from([0xff])))));
}

function alternativeNames(): Buffer {
  return sequence(oid("551d11"), der(0x04, sequence(der(0x82, "localhost"), der(0x87, Buffer.from([127, 0, 0, 1])))));
}

function nameOf(text: string): Buffer {
  return sequence(der(0x31, sequence(oid("550403"), der(0x0c, text))));
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, "hex"));
}

function bits(bytes: Buffer): Buffer {
  return der(0x03, Buffer.concat([Buffer.from([0]), bytes]));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function der(tag: number, content: Buffer | string): Buffer {
  const bytes = Buffer.from(content as string);
  const { length } = bytes;
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), bytes]);
}

function pem(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }) as string;
}
