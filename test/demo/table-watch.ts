import type { LiveView, ModulesView, TableView } from "./live-view.ts";
import { until } from "./until.ts";

/** What the app says of itself at one moment. */
export interface Look {
  readonly tables: TableView[];
  readonly modules: ModulesView;
}

/** Looks at GET /api/tables and /api/modules over and over, keeps the view up to date and answers when something is reached. */
export class TableWatch {
  readonly #read: () => Promise<Look>;
  readonly #view: LiveView;
  #tables: TableView[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(read: () => Promise<Look>, view: LiveView) {
    this.#read = read;
    this.#view = view;
  }

  start(everyMs = 250): void {
    const look = async (): Promise<void> => {
      try {
        const { tables, modules } = await this.#read();
        this.#tables = tables;
        this.#view.show(tables, modules);
      } catch {
        // The app is away for a moment, as it is meant to be in this demo.
      }
      if (this.#timer !== undefined) this.#timer = setTimeout(() => void look(), everyMs);
    };
    this.#timer = setTimeout(() => void look(), 0);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#view.clear();
  }

  /** Waits until the table (undefined: every one) is as asked for. @throws after `seconds`, with what was seen last */
  async until(
    what: string,
    name: string | undefined,
    is: (table: TableView) => boolean,
    seconds: number,
  ): Promise<void> {
    try {
      await until(what, () => Promise.resolve(this.#holds(name, is)), { seconds });
    } catch (error) {
      const seen = this.#tables.filter((table) => name === undefined || table.name === name);
      throw new Error(`${what}; last seen: ${JSON.stringify(seen)}`, { cause: error });
    }
  }

  #holds(name: string | undefined, is: (table: TableView) => boolean): boolean {
    const tables = this.#tables.filter((table) => name === undefined || table.name === name);
    return tables.length > 0 && tables.every(is);
  }
}
