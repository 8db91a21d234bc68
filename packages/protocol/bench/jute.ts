/** The hot path of a server: split, decode a request, encode a reply. And the strings around their thresholds. */
import {
  FrameSplitter,
  getDataRequest,
  JuteReader,
  JuteWriter,
  OpCode,
  pathProblem,
  requestHeader,
  STAT_BYTES,
  setDataRequest,
} from "../src/client/index.ts";
import { measure } from "./measure.ts";

const reader = new JuteReader();
const writer = new JuteWriter(65_536);

for (const length of [5, 8, 12, 13, 16, 24, 40, 60]) {
  // Through bytes, so that it is a flat string and no slice of another.
  const text = Buffer.from(`/${"app-node-".repeat(10)}`.slice(0, length)).toString();
  writer.string(text);
  const bytes = writer.take();
  measure(`read a string of ${length}`, () => (reader.reset(bytes).string() as string).length);
  measure(`write a string of ${length}`, () => {
    writer.string(text);
    const written = writer.position;
    writer.reset();
    return written;
  });
  measure(`check a path of ${length}`, () => (pathProblem(text) === undefined ? 1 : 0));
}

const path = "/app/config/node-17";
function frame(write: () => void): Buffer {
  const mark = writer.beginFrame();
  write();
  writer.endFrame(mark);
  return writer.take();
}
const getData = frame(() => {
  requestHeader.encode(writer, { xid: 1, type: OpCode.getData });
  getDataRequest.encode(writer, { path, watch: false });
});
const setData = frame(() => {
  requestHeader.encode(writer, { xid: 1, type: OpCode.setData });
  setDataRequest.encode(writer, { path, data: Buffer.alloc(128), version: -1 });
});
const chunk = Buffer.concat(new Array(100).fill(getData));
const splitter = new FrameSplitter();
measure("split 100 frames", () => {
  let frames = 0;
  splitter.push(chunk, () => {
    frames++;
    return true;
  });
  return frames;
});
measure("decode getData through its codecs", () => {
  reader.reset(getData, 4);
  return requestHeader.decode(reader).xid + (getDataRequest.decode(reader).path as string).length;
});
measure("decode setData of 128 bytes through its codecs", () => {
  reader.reset(setData, 4);
  return requestHeader.decode(reader).xid + (setDataRequest.decode(reader).data as Uint8Array).length;
});

const stat = Buffer.alloc(STAT_BYTES);
const data = Buffer.alloc(128);
measure("encode a getData reply of 128 bytes", () => {
  const mark = writer.beginFrame();
  writer.int(17);
  writer.longParts(1, 2);
  writer.int(0);
  writer.buffer(data);
  writer.raw(stat);
  writer.endFrame(mark);
  const written = writer.position;
  writer.reset();
  return written;
});

const pipeline = Buffer.concat(new Array(100).fill(getData));
measure("100 x (split, decode getData, encode the reply)", () => {
  splitter.push(pipeline, (buffer, start, end) => {
    reader.reset(buffer, start, end);
    const xid = reader.int();
    reader.int();
    const length = (reader.string() as string).length;
    reader.bool();
    const mark = writer.beginFrame();
    writer.int(xid);
    writer.longParts(1, length);
    writer.int(0);
    writer.buffer(data);
    writer.raw(stat);
    writer.endFrame(mark);
    return true;
  });
  return writer.take().length;
});
