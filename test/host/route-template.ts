/** Route templates as ASP.NET Core reads them, matched against the raw path of a request. */

interface LiteralSegment {
  readonly kind: "literal";
  readonly text: string;
}

interface ParameterSegment {
  readonly kind: "parameter";
  readonly name: string;
  readonly optional: boolean;
  readonly catchAll: boolean;
  readonly defaultValue: string | undefined;
  readonly constraints: readonly ((value: string) => boolean)[];
}

export interface RouteTemplate {
  readonly segments: readonly (LiteralSegment | ParameterSegment)[];
  /** Smaller is tried first: literals before constrained parameters before free ones before catch-all. */
  readonly precedence: string;
}

const guid = /^\{?[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\}?$/i;

const constraintTests: Readonly<Record<string, (args: string) => (value: string) => boolean>> = {
  alpha: () => (value) => /^[a-z]*$/i.test(value),
  bool: () => (value) => /^(?:true|false)$/i.test(value),
  datetime: () => (value) => !Number.isNaN(Date.parse(value)),
  decimal: () => (value) => /^[+-]?\d+(?:\.\d+)?$/.test(value),
  double: () => (value) => /^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(value),
  float: () => (value) => /^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(value),
  guid: () => (value) => guid.test(value),
  int: () => (value) => isInteger(value, -(2n ** 31n), 2n ** 31n - 1n),
  long: () => (value) => isInteger(value, -(2n ** 63n), 2n ** 63n - 1n),
  length: (args) => {
    const [least, most] = args.split(",").map(Number);
    return (value) => value.length >= (least ?? 0) && value.length <= (most ?? least ?? 0);
  },
  max: (args) => (value) => isInteger(value, -(2n ** 63n), BigInt(args)),
  maxlength: (args) => (value) => value.length <= Number(args),
  min: (args) => (value) => isInteger(value, BigInt(args), 2n ** 63n - 1n),
  minlength: (args) => (value) => value.length >= Number(args),
  range: (args) => {
    const [least, most] = args.split(",").map((part) => BigInt(part.trim()));
    return (value) => isInteger(value, least ?? 0n, most ?? 0n);
  },
  regex: (args) => {
    const pattern = new RegExp(args.replace(/\{\{/g, "{").replace(/\}\}/g, "}"), "i");
    return (value) => pattern.test(value);
  },
  required: () => (value) => value !== "",
};

function isInteger(text: string, least: bigint, most: bigint): boolean {
  if (!/^[+-]?\d+$/.test(text)) return false;
  const value = BigInt(text.replace(/^\+/, ""));
  return value >= least && value <= most;
}

/** @throws for a template that cannot be read here, and for one in the host's own space (it begins with `admin`) */
export function parseRoute(template: string): RouteTemplate {
  const route = template.replace(/^\/+/, "");
  if (/^(?:admin|runtime)/i.test(route)) {
    throw new Error("The specified route conflicts with one or more built in routes.");
  }
  const segments = splitSegments(route).map(parseSegment);
  segments.forEach((segment, at) => {
    const last = at === segments.length - 1;
    if (segment.kind === "parameter" && !last && (segment.optional || segment.catchAll)) {
      throw new Error(`The route '${template}' has an optional or catch-all parameter that is not its last segment.`);
    }
  });
  return { segments, precedence: segments.map(segmentRank).join("") };
}

/** Slashes inside `{...}` (a regex constraint) end no segment. */
function splitSegments(route: string): string[] {
  if (route === "") return [];
  const segments: string[] = [""];
  let depth = 0;
  for (const character of route.replace(/\/+$/, "")) {
    if (character === "{") depth += 1;
    if (character === "}") depth -= 1;
    if (character === "/" && depth === 0) segments.push("");
    else segments[segments.length - 1] += character;
  }
  return segments;
}

function parseSegment(text: string): LiteralSegment | ParameterSegment {
  if (!text.includes("{")) return { kind: "literal", text: decodePath(text).toLowerCase() };
  if (!text.startsWith("{") || !text.endsWith("}")) {
    throw new Error(`The route segment '${text}' mixes text and parameters, which this host cannot match.`);
  }
  const match = /^(\**)([A-Za-z_][\w-]*)((?::[^=?]*(?:\([^)]*\))?)*)(?:=([^?]*))?(\?)?$/.exec(text.slice(1, -1));
  if (match === null) throw new Error(`The route segment '${text}' is not understood.`);
  const [, stars, name, constraints, defaultValue, optional] = match;
  return {
    kind: "parameter",
    name: name ?? "",
    optional: optional !== undefined,
    catchAll: stars !== "",
    defaultValue,
    constraints: (constraints ?? "").match(/:[a-z]+(?:\([^)]*\))?/gi)?.map(parseConstraint) ?? [],
  };
}

function parseConstraint(text: string): (value: string) => boolean {
  const [, name, args] = /^:([a-z]+)(?:\((.*)\))?$/i.exec(text) ?? [];
  const build = constraintTests[(name ?? "").toLowerCase()];
  if (build === undefined) throw new Error(`The constraint '${text}' could not be resolved.`);
  return build(args ?? "");
}

function segmentRank(segment: LiteralSegment | ParameterSegment): string {
  if (segment.kind === "literal") return "1";
  if (segment.catchAll) return segment.constraints.length > 0 ? "4" : "5";
  return segment.constraints.length > 0 ? "2" : "3";
}

/**
 * Matches a raw request path (after the prefix, without a leading slash).
 * @returns the parameters, or undefined where it does not match
 */
export function matchRoute(route: RouteTemplate, rawPath: string): Record<string, string> | undefined {
  const parts = rawPath
    .replace(/\/$/, "")
    .split("/")
    .filter((part, at, all) => part !== "" || all.length > 1);
  const params: Record<string, string> = {};
  for (const [at, segment] of route.segments.entries()) {
    const part = parts[at];
    if (segment.kind === "literal") {
      if (part === undefined || decodePath(part).toLowerCase() !== segment.text) return undefined;
      continue;
    }
    const raw = segment.catchAll ? parts.slice(at).join("/") : part;
    const value = raw === undefined || raw === "" ? segment.defaultValue : decodePath(raw);
    if (value === undefined) {
      if (segment.optional || segment.catchAll) break;
      return undefined;
    }
    if (!segment.constraints.every((holds) => holds(value))) return undefined;
    params[segment.name] = value;
    if (segment.catchAll) return params;
  }
  return parts.length <= route.segments.length ? params : undefined;
}

/** As Kestrel decodes a path: everything but `%2F`; a sequence that is no UTF-8 stays as it is. */
function decodePath(text: string): string {
  return text.replace(/(?:%(?!2f)[0-9a-f]{2})+/gi, (sequence) => {
    try {
      return decodeURIComponent(sequence);
    } catch {
      return sequence;
    }
  });
}
