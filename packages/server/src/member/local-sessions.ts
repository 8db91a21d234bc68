/** What a session that lives on one member alone may not do before it is a global one. Source: specification §2.6. */
import { CreateFlag, type JuteReader, OpCode, ProtocolError } from "@rookery/protocol/client";

/** Whether the request creates an ephemeral, alone or within a multi. What cannot be decoded does not. */
export function createsEphemeral(opcode: number, input: JuteReader): boolean {
  try {
    if (opcode === OpCode.create || opcode === OpCode.create2) return isEphemeralCreate(input);
    return opcode === OpCode.multi && multiCreatesEphemeral(input);
  } catch (error) {
    if (error instanceof ProtocolError) return false;
    throw error;
  }
}

function isEphemeralCreate(input: JuteReader): boolean {
  input.string();
  input.buffer();
  skipAcl(input);
  const flags = input.int();
  return flags === CreateFlag.EPHEMERAL || flags === CreateFlag.EPHEMERAL_SEQUENTIAL;
}

function multiCreatesEphemeral(input: JuteReader): boolean {
  for (;;) {
    const type = input.int();
    const done = input.bool();
    input.int();
    if (done) return false;
    switch (type) {
      case OpCode.create:
      case OpCode.create2:
        if (isEphemeralCreate(input)) return true;
        break;
      case OpCode.createContainer:
      case OpCode.createTTL:
        input.string();
        input.buffer();
        skipAcl(input);
        input.int();
        if (type === OpCode.createTTL) input.long();
        break;
      case OpCode.delete:
      case OpCode.check:
        input.string();
        input.int();
        break;
      case OpCode.setData:
        input.string();
        input.buffer();
        input.int();
        break;
      default:
        return false;
    }
  }
}

function skipAcl(input: JuteReader): void {
  const count = input.int();
  for (let at = 0; at < count; at++) {
    input.int();
    input.string();
    input.string();
  }
}
