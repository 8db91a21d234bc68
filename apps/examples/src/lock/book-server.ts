/**
 * The book, for other processes:
 *
 * ```text
 * GET  /last                          { "number": 7 }
 * POST /invoices { "number", "by" }   { "number": 8 }
 * ```
 *
 * Both want the header `fencing-token`, and answer 409 with `{ "error" }` to one that is stale.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { aborted, messageOf, type Surroundings } from "../support/program.ts";
import { Book, StaleTokenError } from "./book.ts";

export interface BookOptions extends Surroundings {
  readonly file: string;
  /** 0: any that is free. */
  readonly port: number;
}

const BODY_BYTES_MAX = 4096;

class BadRequestError extends Error {}

export async function serveBook({ file, port, signal, out }: BookOptions): Promise<void> {
  using book = new Book(file);
  const server = createServer(async (request, response) => {
    const { status, body } = await answer(book, request, out);
    response.writeHead(status, { "content-type": "application/json", connection: "close" });
    response.end(`${JSON.stringify(body)}\n`);
  });
  server.listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (error) {
    throw new Error(`The book cannot listen on port ${port}: ${messageOf(error)}. Choose another with --port.`);
  }
  out(`The book ${file} is open at http://127.0.0.1:${(server.address() as AddressInfo).port}.`);
  await aborted(signal);
  const closed = once(server, "close");
  server.close();
  await closed;
  out("The book is closed.");
}

async function answer(
  book: Book,
  request: IncomingMessage,
  out: (line: string) => void,
): Promise<{ readonly status: number; readonly body: unknown }> {
  try {
    const token = tokenOf(request);
    switch (`${request.method} ${request.url}`) {
      case "GET /last":
        return { status: 200, body: { number: book.read(token) } };
      case "POST /invoices": {
        const { number, by } = await invoiceIn(request);
        book.write(token, number, by);
        out(`Invoice ${number} by ${by}, token ${token}.`);
        return { status: 201, body: { number } };
      }
      default:
        return { status: 404, body: { error: "there are GET /last and POST /invoices" } };
    }
  } catch (error) {
    if (error instanceof StaleTokenError) {
      out(`Refused: ${error.message}.`);
      return { status: 409, body: { error: error.message } };
    }
    const status = error instanceof BadRequestError ? 400 : 500;
    if (status === 500) out(`Failed: ${messageOf(error)}.`);
    return { status, body: { error: messageOf(error) } };
  }
}

function tokenOf(request: IncomingMessage): bigint {
  const text = request.headers["fencing-token"];
  if (typeof text !== "string" || !/^\d{1,19}$/.test(text))
    throw new BadRequestError("the header fencing-token must be the lease's token, in decimal");
  return BigInt(text);
}

async function invoiceIn(request: IncomingMessage): Promise<{ readonly number: number; readonly by: string }> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) {
    text += chunk;
    if (text.length > BODY_BYTES_MAX) throw new BadRequestError(`the body is longer than ${BODY_BYTES_MAX}`);
  }
  try {
    const { number, by } = JSON.parse(text);
    if (Number.isSafeInteger(number) && typeof by === "string") return { number, by };
  } catch {
    // Said below.
  }
  throw new BadRequestError('the body must be { "number": integer, "by": string }');
}
