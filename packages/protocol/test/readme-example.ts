import { FrameSplitter, getDataRequest, JuteReader, JuteWriter, OpCode, requestHeader } from "@rookery/protocol/client";

const out = new JuteWriter();
const mark = out.beginFrame();
requestHeader.encode(out, { xid: 1, type: OpCode.getData });
getDataRequest.encode(out, { path: "/jobs/1", watch: true });
out.endFrame(mark); // the frame's length, filled in

new FrameSplitter().push(out.take(), (buffer, start, end) => {
  const input = new JuteReader(buffer, start, end);
  console.log(requestHeader.decode(input), getDataRequest.decode(input));
  return true; // false would stop here, and keep the rest for resume()
});
