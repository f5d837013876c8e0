import type { SqlValue } from "../../values/sql-type.ts";

/** FORMATMESSAGE and RAISERROR: %s %d %i %u %x %X %o with width and precision. */
export function formatMessage(pattern: string, args: readonly SqlValue[]): string {
  let next = 0;
  return pattern.replace(
    /%([-+0# ]*)(\d+|\*)?(?:\.(\d+|\*))?(I64|l|h)?([diouxXs%])/g,
    (_, flags: string, width: string | undefined, precision: string | undefined, _size, kind: string) => {
      if (kind === "%") return "%";
      const size = width === "*" ? Number(args[next++]) : Number(width ?? 0);
      const limit = precision === "*" ? Number(args[next++]) : precision === undefined ? undefined : Number(precision);
      const value = args[next++];
      let text: string;
      if (value === null || value === undefined) text = "(null)";
      else if (kind === "s") text = limit === undefined ? shownValue(value) : shownValue(value).slice(0, limit);
      else {
        const number = BigInt(value as number | bigint);
        const unsigned = BigInt.asUintN(32, number);
        if (kind === "x") text = unsigned.toString(16);
        else if (kind === "X") text = unsigned.toString(16).toUpperCase();
        else if (kind === "o") text = unsigned.toString(8);
        else text = (kind === "u" ? unsigned : number).toString();
        if (flags.includes("+") && number >= 0n) text = `+${text}`;
      }
      if (flags.includes("-")) return text.padEnd(size);
      return flags.includes("0") && kind !== "s" ? text.padStart(size, "0") : text.padStart(size);
    },
  );
}

function shownValue(value: Exclude<SqlValue, null>): string {
  return typeof value === "object" ? "" : String(value);
}
