import { afterEach, describe, expect, it } from "vitest";
import type { Connection } from "tedious";
import { isUsable } from "../../../src/relay/driver-hook.ts";
import { openRelaySource } from "../../../src/relay/relay-rows.ts";
import { RowCounter } from "../../bench/wire/row-counter.ts";
import { seededRandom } from "../emulator/storage/seeded-random.ts";
import { answersAgain, cleanFailure, failOnEscapedErrors } from "./clean-end.ts";
import { damaged } from "./damaged.ts";
import { COLUMN_KINDS, randomAnswer, type Answer } from "./random-answer.ts";
import { closeServers, serverWith } from "./relay-ends.ts";
import { done, error, info } from "./tds-tokens.ts";

/** Real connections, whose servers' answers are damaged on the way: each relay ends, with all rows or with a clear error. */

failOnEscapedErrors();
afterEach(closeServers);

const seed = Number(process.env["RELAY_SEED"] ?? Date.now() % 1_000_000);
const WITHIN_MS = 10_000;
/** Of damage that makes the driver or the relay wait for what never comes. */
const TIMEOUT_MS = 100;
const ROUNDS = 20;
/** So many relays at a time: most of their time they wait. */
const LANES = 5;

/** Kinds that a bulk load takes. */
const KINDS = COLUMN_KINDS.filter(({ spec }) => !spec.table && spec.typeInfo[0] !== 0xf1);

/** One pair of servers whose next answers can be set, and connections that are made anew when they are lost. */
async function lane() {
  let said = Buffer.alloc(0);
  let answered: Buffer | undefined;
  const taken: { rows: number; ended: boolean }[] = [];
  const from = await serverWith(answersAgain({ onMessage: (_message, side) => side.send(said) }));
  const into = await serverWith(
    answersAgain({
      onMessage: (message, side) => {
        if (message.type !== 7 || message.ignored) return side.send(done(0));
        const counter = new RowCounter();
        counter.push(message.payload);
        taken.push(counter);
        side.send(answered ?? done(0x10, counter.rows));
      },
    }),
  );
  let reader: Connection | undefined;
  let writer: Connection | undefined;
  return async (source: Buffer, { columns }: Answer, target?: Buffer) => {
    said = Buffer.from(source);
    answered = target;
    taken.length = 0;
    const connect = { cancelTimeout: TIMEOUT_MS };
    reader = reader && isUsable(reader) ? reader : await from.connect(connect);
    writer = writer && isUsable(writer) ? writer : await into.connect(connect);
    const ends = { reader, writer };
    const options = { signal: new AbortController().signal, timeoutMs: TIMEOUT_MS };
    const relay = openRelaySource(ends.reader, { text: "SELECT", params: [] }, options).then((opened) =>
      opened.pipe({
        connection: ends.writer,
        table: "#stage",
        columns: columns.map(({ name }) => ({ name, declaration: "int" })),
        options: [],
      }),
    );
    const result = await relay.catch(() => undefined);
    if (result === undefined) return { failed: await cleanFailure(relay, ends, WITHIN_MS) };
    return { rows: result.rows, taken: taken.map(({ rows, ended }) => (ended ? rows : -1)) };
  };
}

describe(`damaged answers (RELAY_SEED=${seed})`, () => {
  const inLanes = (
    round: (relay: Awaited<ReturnType<typeof lane>>, random: ReturnType<typeof seededRandom>) => Promise<void>,
  ) =>
    Promise.all(
      Array.from({ length: LANES }, async (_, at) => {
        const relay = await lane();
        const random = seededRandom(seed + at);
        for (let left = ROUNDS; left > 0; left--) await round(relay, random);
      }),
    );

  it("of the server that is read", async () => {
    let failures = 0;
    await inLanes(async (relay, random) => {
      const kinds = Array.from({ length: 1 + random(5) }, () => KINDS[random(KINDS.length)]!);
      const whole = randomAnswer(random, { kinds, longest: 200 });
      const outcome = await relay(damaged(whole.bytes, random), whole);
      if ("failed" in outcome) failures++;
      // What was relayed is what the other server counts, with the end of the load behind it.
      else expect(outcome.taken).toEqual(outcome.rows > 0 ? [outcome.rows] : []);
    });
    expect(failures).toBeGreaterThan(ROUNDS);
  });

  it("of the server that is written to", async () => {
    let failures = 0;
    await inLanes(async (relay, random) => {
      const whole = randomAnswer(random, { kinds: [KINDS[0]!], rowCount: 5, bare: true });
      const answers = [[done(0x10, 5)], [info(1, "taken"), done(0x10, 5)], [error(2627, "duplicate"), done(2)]];
      const outcome = await relay(whole.bytes, whole, damaged(Buffer.concat(answers[random(3)]!), random));
      if ("failed" in outcome) failures++;
      else expect(outcome).toEqual({ rows: 5, taken: [5] });
    });
    expect(failures).toBeGreaterThan(ROUNDS);
  });
});
