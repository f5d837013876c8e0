import type { FaultAction, FaultPlace, Fault } from "./faults.ts";
import { ServerCalls, type ServerCall } from "./server-call.ts";
import type { Emulator } from "./start-emulator.ts";

/**
 * What a parent process may tell an emulator that it forked, and what comes back. A `match` travels as the source of a
 * regular expression, taken without regard to case. `id` is the parent's own. A call of the server is answered by "done"
 * when it has happened.
 */
export type ControlMessage =
  | {
      readonly type: "fault";
      readonly id: string | number;
      readonly at: Omit<FaultPlace, "match"> & { readonly match?: string };
      readonly action: Exclude<FaultAction, { run: unknown }>;
    }
  | { readonly type: "release"; readonly id: string | number }
  | { readonly type: "server"; readonly id: string | number; readonly call: ServerCall }
  | { readonly type: "advance-clock"; readonly milliseconds: number }
  | { readonly type: "report" };

export type ControlReply =
  | { readonly type: "ready"; readonly port: number; readonly url: string }
  | { readonly type: "hit"; readonly id: string | number }
  | { readonly type: "released"; readonly id: string | number }
  | { readonly type: "done"; readonly id: string | number }
  | { readonly type: "report"; readonly unsupported: readonly string[] }
  | { readonly type: "error"; readonly id: string | number | undefined; readonly message: string };

/** @returns what takes the parent's messages */
export function emulatorControl(
  emulator: Pick<Emulator, "faults" | "clock" | "server" | "unsupported">,
  reply: (message: ControlReply) => void,
): (message: unknown) => void {
  const faults = new Map<string | number, Fault>();
  const calls = new ServerCalls();
  const fail = (id: string | number | undefined, error: unknown): void =>
    reply({ type: "error", id, message: error instanceof Error ? error.message : String(error) });

  function obey(message: ControlMessage): void {
    switch (message.type) {
      case "fault": {
        const { id, action } = message;
        const { match, ...place } = message.at;
        const fault = emulator.faults.at(
          match === undefined ? place : { ...place, match: new RegExp(match, "i") },
          action,
        );
        faults.set(id, fault);
        void fault.hit.then(() => reply({ type: "hit", id }));
        return;
      }
      case "release": {
        const fault = faults.get(message.id);
        if (fault === undefined) throw new Error(`fault ${message.id}: not known`);
        fault.release();
        faults.delete(message.id);
        reply({ type: "released", id: message.id });
        return;
      }
      case "server": {
        const { id, call } = message;
        void calls.make(call, emulator.server).then(
          () => reply({ type: "done", id }),
          (error: unknown) => fail(id, error),
        );
        return;
      }
      case "advance-clock":
        emulator.clock.advance(message.milliseconds);
        return;
      case "report":
        reply({ type: "report", unsupported: emulator.unsupported });
        return;
      default:
        throw new Error(`unknown message ${JSON.stringify(message)}`);
    }
  }

  return (message) => {
    try {
      obey(message as ControlMessage);
    } catch (error) {
      fail((message as { id?: string | number } | null)?.id, error);
    }
  };
}
