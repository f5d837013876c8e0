/** What the view shows of one table. */
export interface TableView {
  readonly name: string;
  readonly state: string;
  /** Decimal text; "" before the first sync. */
  readonly version: string;
  /** Of the load that is under way. */
  readonly load: { readonly synced: number; readonly total: number } | undefined;
  /** Versions that the primary is ahead. */
  readonly lag: number | undefined;
}

/** What the view shows of all modules. */
export interface ModulesView {
  readonly inSync: number;
  /** The names of those that wait, each with its reason. */
  readonly waiting: readonly string[];
}

export interface LiveViewOptions {
  readonly write: (text: string) => void;
  /** A terminal is redrawn in place; anything else gets plain lines. */
  readonly terminal: boolean;
  readonly columns?: number;
  readonly now?: () => number;
}

/** Steps of the scenario as a growing list, and below it the tables and modules as they are now. */
export class LiveView {
  readonly #options: LiveViewOptions;
  readonly #now: () => number;
  readonly #startedAt: number;
  readonly #rates = new Map<string, { at: number; synced: number; rate: number }>();
  #drawnLines = 0;
  #lastPlain = 0;
  #lastLines: readonly string[] = [];

  constructor(options: LiveViewOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#startedAt = this.#now();
  }

  /** Seconds since the view began. */
  get seconds(): number {
    return (this.#now() - this.#startedAt) / 1000;
  }

  /** Adds a line that stays. */
  step(text: string): void {
    this.#erase();
    this.#options.write(`${this.seconds.toFixed(1).padStart(6)} s  ${text}\n`);
  }

  /** Shows tables and modules. Without a terminal: at most every five seconds, and only what is new. */
  show(tables: readonly TableView[], modules?: ModulesView): void {
    for (const table of tables) this.#measure(table);
    const lines = tables.map((table) => this.#line(table));
    if (modules !== undefined) lines.push(modulesLine(modules));
    if (this.#options.terminal) {
      this.#erase();
      const width = this.#options.columns ?? 100;
      this.#options.write(lines.map((line) => `${line.slice(0, width - 1)}\n`).join(""));
      this.#drawnLines = lines.length;
      return;
    }
    if (this.#now() - this.#lastPlain < 5000) return;
    const news = lines.filter((line) => !this.#lastLines.includes(line));
    if (news.length === 0) return;
    this.#lastPlain = this.#now();
    this.#lastLines = lines;
    this.#options.write(news.map((line) => `          ${line}\n`).join(""));
  }

  /** Removes the tables: what was shown of them is no longer true. */
  clear(): void {
    this.#erase();
  }

  #erase(): void {
    if (this.#drawnLines > 0) this.#options.write(`\u001b[${this.#drawnLines}A\u001b[J`);
    this.#drawnLines = 0;
  }

  /** Rows a second of a load, from two looks at least half a second apart. */
  #measure({ name, load }: TableView): void {
    const seen = this.#rates.get(name);
    if (load === undefined) {
      this.#rates.delete(name);
    } else if (seen === undefined || load.synced < seen.synced) {
      this.#rates.set(name, { at: this.#now(), synced: load.synced, rate: 0 });
    } else if (this.#now() - seen.at >= 500 && load.synced > seen.synced) {
      const rate = ((load.synced - seen.synced) * 1000) / (this.#now() - seen.at);
      this.#rates.set(name, { at: this.#now(), synced: load.synced, rate });
    }
  }

  #line({ name, state, version, load, lag }: TableView): string {
    const head = `${name.padEnd(16)} ${state.padEnd(8)} version ${version.padStart(6)}`;
    const late = lag === undefined ? "" : `  lag ${lag}`;
    if (load === undefined) return `${head}${late}`;
    const share = load.total > 0 ? Math.min(load.synced / load.total, 1) : 1;
    const bar = "█".repeat(Math.round(share * 20)).padEnd(20, "░");
    const rate = this.#rates.get(name)?.rate ?? 0;
    const rows = `${load.synced.toLocaleString("en")}/${load.total.toLocaleString("en")} rows`;
    return `${head}  ${bar} ${rows}${rate > 0 ? `, ${Math.round(rate).toLocaleString("en")} rows/s` : ""}${late}`;
  }
}

function modulesLine({ inSync, waiting }: ModulesView): string {
  const [first] = waiting;
  const late = first === undefined ? "" : `, ${waiting.length} pending (${first})`;
  return `${"modules".padEnd(16)} ${inSync} in sync${late}`;
}
