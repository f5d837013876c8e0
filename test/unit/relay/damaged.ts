import type { Random } from "./random-answer.ts";

/** A copy with some bytes flipped, put in, taken out or repeated. */
export function damaged(bytes: Buffer, random: Random): Buffer {
  let result = Buffer.from(bytes);
  for (let hits = 1 + random(4); hits > 0; hits--) {
    const at = random(result.length + 1);
    const length = 1 + random(random(3) === 0 ? 40 : 4);
    switch (random(4)) {
      case 0:
        for (let flip = at; flip < Math.min(at + length, result.length); flip++) result[flip]! ^= 1 << random(8);
        break;
      case 1: {
        const put = Buffer.from(Uint8Array.from({ length }, () => random(256)));
        result = Buffer.concat([result.subarray(0, at), put, result.subarray(at)]);
        break;
      }
      case 2:
        result = Buffer.concat([result.subarray(0, at), result.subarray(at + length)]);
        break;
      default:
        result = Buffer.concat([result.subarray(0, at + length), result.subarray(at)]);
    }
  }
  return result;
}
