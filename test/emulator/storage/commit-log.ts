/** Something that only snapshots older than `before` may still need; `collect` throws it away. */
interface Garbage {
  readonly before: number;
  collect(): void;
}

export interface OpenSnapshot {
  /** Everything committed with a number up to this one is seen. */
  readonly number: number;
  close(): void;
}

/**
 * Numbers the commits of a server and knows which snapshots are open, so that old row versions live exactly as long as
 * somebody can see them.
 */
export class CommitLog {
  #last = 0;
  readonly #open = new Map<number, number>();
  #oldest = Infinity;
  #garbage: Garbage[] = [];

  /** The number of the last commit. */
  get last(): number {
    return this.#last;
  }

  /** Takes the number of a commit that happens now. */
  next(): number {
    return ++this.#last;
  }

  /** The number of the oldest open snapshot; Infinity when none is open. */
  get oldestSnapshot(): number {
    return this.#oldest;
  }

  /** Whether an open snapshot sees what was committed as `from` and replaced by the commit `until`. */
  isSeen(from: number, until: number): boolean {
    for (const number of this.#open.keys()) if (number >= from && number < until) return true;
    return false;
  }

  openSnapshot(): OpenSnapshot {
    const number = this.#last;
    this.#open.set(number, (this.#open.get(number) ?? 0) + 1);
    this.#oldest = Math.min(this.#oldest, number);
    let open = true;
    return {
      number,
      close: () => {
        if (!open) return;
        open = false;
        const count = this.#open.get(number)! - 1;
        if (count > 0) this.#open.set(number, count);
        else {
          this.#open.delete(number);
          this.#collect();
        }
      },
    };
  }

  /** Calls `collect` as soon as no snapshot with a number below `before` is open: at once if none is. */
  whenUnseen(before: number, collect: () => void): void {
    if (this.#oldest >= before) collect();
    else this.#garbage.push({ before, collect });
  }

  #collect(): void {
    // Snapshots are numbered in the order in which they are opened, and a Map keeps that order.
    const first = this.#open.keys().next();
    this.#oldest = first.done === true ? Infinity : first.value;
    let done = 0;
    while (done < this.#garbage.length && this.#garbage[done]!.before <= this.#oldest) this.#garbage[done++]!.collect();
    if (done > 0) this.#garbage = this.#garbage.slice(done);
  }
}
