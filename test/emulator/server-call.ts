import type { ServerControl } from "./server-control.ts";
import type { DatabaseImage } from "./storage/database-image.ts";
import type { Shortage } from "./storage/disk-space.ts";

/** What can be asked of `ServerControl` in a message: the methods by their names. Images stay there, under names of the asker's. */
export type ServerCall =
  | { readonly do: "backup"; readonly database: string; readonly image: string }
  | { readonly do: "restore"; readonly image: string; readonly database?: string }
  | {
      readonly do: "failOver";
      readonly serverName?: string;
      readonly behind?: readonly string[];
      readonly forced?: boolean;
    }
  | { readonly do: "setReadOnly"; readonly database: string; readonly readOnly: boolean }
  | { readonly do: "setRole"; readonly database: string; readonly role: "primary" | "secondary" }
  | { readonly do: "takeOffline" | "bringOnline" | "drop" | "checkpoint" | "cleanUp"; readonly database: string }
  | { readonly do: "endConnections"; readonly database?: string }
  | { readonly do: "runOutOfSpace"; readonly shortage: Shortage; readonly name: string }
  | { readonly do: "makeRoom"; readonly name: string }
  | { readonly do: "forgetHistory"; readonly database: string; readonly upTo?: number; readonly table?: string }
  | { readonly do: "beginShutdown" | "stop" | "start" };

/** Keeps what `ServerControl` hands out, by name. */
export class ServerCalls {
  readonly #images = new Map<string, DatabaseImage>();
  readonly #shortages = new Map<string, () => void>();

  /** @throws Error for what is not there */
  async make(call: ServerCall, server: ServerControl): Promise<void> {
    switch (call.do) {
      case "backup":
        this.#images.set(call.image, await server.backup(call.database));
        return;
      case "restore":
        await server.restore(this.#image(call.image), call.database);
        return;
      case "failOver": {
        const { serverName, forced, behind = [] } = call;
        await server.failOver({
          behind: behind.map((name) => this.#image(name)),
          ...(serverName === undefined ? {} : { serverName }),
          ...(forced === undefined ? {} : { forced }),
        });
        return;
      }
      case "setReadOnly":
        await server.setReadOnly(call.database, call.readOnly);
        return;
      case "setRole":
        await server.setRole(call.database, call.role);
        return;
      case "takeOffline":
      case "bringOnline":
      case "drop":
      case "checkpoint":
      case "cleanUp":
        await server[call.do](call.database);
        return;
      case "endConnections":
        await server.endConnections(call.database);
        return;
      case "runOutOfSpace":
        this.#shortages.set(call.name, server.runOutOfSpace(call.shortage));
        return;
      case "makeRoom": {
        const makeRoom = this.#shortages.get(call.name);
        if (makeRoom === undefined) throw new Error(`shortage ${call.name}: not known`);
        makeRoom();
        this.#shortages.delete(call.name);
        return;
      }
      case "forgetHistory":
        server.forgetHistory(call.database, call);
        return;
      case "beginShutdown":
      case "stop":
      case "start":
        await server[call.do]();
        return;
      default:
        throw new Error(`unknown call ${JSON.stringify(call satisfies never)}`);
    }
  }

  #image(name: string): DatabaseImage {
    const image = this.#images.get(name);
    if (image === undefined) throw new Error(`image ${name}: not known`);
    return image;
  }
}
