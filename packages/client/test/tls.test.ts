/** TLS: a proxy in this process ends it in front of a server. */
import { once } from "node:events";
import { type AddressInfo, connect as connectTcp } from "node:net";
import { createServer, type Server, type TLSSocket } from "node:tls";
import { startTestServer, type TestServer } from "@rookery/server/testing";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { connect } from "../src/index.ts";
import { certificateAuthority } from "./certificates.ts";
import { errorOf, untilState } from "./support.ts";

const authority = certificateAuthority();
const identity = authority.issue("a server");

let server: TestServer;
let proxy: Server;
let port: number;
/** Names in the certificates of the clients that have come. */
let clients: (string | undefined)[];
const sockets = new Set<TLSSocket>();

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

beforeEach(async () => {
  clients = [];
  proxy = createServer({ ...identity, ca: authority.cert, requestCert: true, rejectUnauthorized: true }, (socket) => {
    sockets.add(socket);
    clients.push(socket.getPeerCertificate().subject.CN as string | undefined);
    const inner = connectTcp(server.port, "127.0.0.1");
    socket.pipe(inner).pipe(socket);
    inner.on("error", () => socket.destroy());
    socket.on("error", () => inner.destroy());
    socket.on("close", () => sockets.delete(socket));
  });
  proxy.on("tlsClientError", () => {});
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  port = (proxy.address() as AddressInfo).port;
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  proxy.close();
  await once(proxy, "close");
});

it("talks TLS with certificates on both sides, to a name or to an address", async () => {
  for (const host of ["localhost", "127.0.0.1"]) {
    await using zk = await connect(`${host}:${port}`, {
      tls: { ca: authority.cert, ...authority.issue(`of ${host}`) },
    });
    const data = Buffer.alloc(300_000, host);
    await zk.create(`/${host}`, data);
    expect((await zk.get(`/${host}`)).data.equals(data)).toBe(true);
    expect(clients.at(-1)).toBe(`of ${host}`);
  }
});

it("asks for options at each connection, so that renewed certificates are used", async () => {
  let asked = 0;
  const tls = async () => ({ ca: authority.cert, ...authority.issue(`number ${++asked}`) });
  await using zk = await connect(`localhost:${port}`, { tls });
  await zk.sync();
  const suspended = untilState(zk, "suspended");
  for (const socket of sockets) socket.destroy();
  await suspended;
  await zk.sync();
  expect(clients[0]).toBe("number 1");
  expect(clients.at(-1)).toBe(`number ${asked}`);
  expect(asked).toBeGreaterThan(1);
});

it.each([
  [
    "whose certificate nobody vouches for",
    () => ({ ca: certificateAuthority("another").cert, ...authority.issue("c") }),
  ],
  ["that asks for a certificate and gets none", () => ({ ca: authority.cert })],
])("does not talk to a server %s", async (_, tls) => {
  const error = await errorOf(connect(`localhost:${port}`, { tls: tls(), connectTimeoutMs: 200 }));
  expect(error).toMatchObject({ code: "CONNECTION_LOSS", cause: expect.any(Error) });
  expect(String(error)).toMatch(/certificate|alert|closed/i);
  expect(clients).toEqual([]);
});

it("does not talk to a server whose certificate is for another name", async () => {
  const tls = { ca: authority.cert, ...authority.issue("c"), servername: "elsewhere.example" };
  const error = await errorOf(connect(`localhost:${port}`, { tls, connectTimeoutMs: 200 }));
  expect(String(error)).toContain("does not match");
});

it("fails connect with the reason if the options cannot be had", async () => {
  const tls = () => Promise.reject(new Error("no such file"));
  const error = await errorOf(connect(`localhost:${port}`, { tls, connectTimeoutMs: 50 }));
  expect(String(error)).toContain("no such file");
});

it("says that a server talks no TLS", async () => {
  const error = await errorOf(connect(server.connectString, { tls: { ca: authority.cert }, connectTimeoutMs: 100 }));
  expect(error).toMatchObject({ code: "CONNECTION_LOSS" });
});
