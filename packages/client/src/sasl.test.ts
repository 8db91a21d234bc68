import { expect, it } from "vitest";
import { answerChallenge, digestProofs } from "./sasl.ts";

it("computes the proofs of RFC 2831's example", () => {
  const proofs = digestProofs({
    user: "chris",
    realm: "elwood.innosoft.com",
    password: "secret",
    nonce: "OA6MG9tEQGm2hh",
    cnonce: "OA6MHXh6VqTrRk",
    uri: "imap/elwood.innosoft.com",
  });
  expect(proofs).toEqual({
    response: "d388dad90d4bbd760a152321f2143af7",
    expected: "ea40f60335c427b5527b84dbabcdfffd",
  });
});

it("answers ZooKeeper's challenge with all that it asks for", () => {
  const challenge = 'realm="zk-sasl-md5",nonce="N\\"1",charset=utf-8,algorithm=md5-sess';
  const answer = answerChallenge(Buffer.from(challenge), { user: 'a"b', password: "p" }, "C");
  const { response, expected } = digestProofs({
    user: 'a"b',
    realm: "zk-sasl-md5",
    password: "p",
    nonce: 'N"1',
    cnonce: "C",
    uri: "zookeeper/zk-sasl-md5",
  });
  expect(answer.token.toString()).toBe(
    'charset=utf-8,username="a\\"b",realm="zk-sasl-md5",nonce="N\\"1",nc=00000001,cnonce="C",' +
      `digest-uri="zookeeper/zk-sasl-md5",maxbuf=65536,response=${response},qop=auth`,
  );
  expect(answer.expected).toBe(`rspauth=${expected}`);
});

it("never answers twice with the same number used once", () => {
  const challenge = Buffer.from('nonce="N"');
  const user = { user: "u", password: "p" };
  expect(answerChallenge(challenge, user).token).not.toEqual(answerChallenge(challenge, user).token);
});

it("hashes text outside ISO 8859-1 as UTF-8, and other text as ISO 8859-1", () => {
  const of = (password: string) =>
    digestProofs({ user: "u", realm: "r", password, nonce: "n", cnonce: "c", uri: "x" }).response;
  // md5-sess by hand, with the password's bytes e9, and e9 b4 89.
  expect(of("é")).toBe("6088b948ad9e8ef47a3ade00bd089973");
  expect(of("鴉")).toBe("7f94dc233ac2dc9931ea165c1f82ccb9");
});

it("refuses a challenge of another mechanism", () => {
  expect(() => answerChallenge(Buffer.from("realm=x"), { user: "u", password: "p" })).toThrow(
    "does not speak DIGEST-MD5",
  );
});
