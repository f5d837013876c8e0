import { isDisabled, resolveSettings, type AppSettings } from "./app-settings.ts";
import { parseRoute, type RouteTemplate } from "./route-template.ts";
import { timerSchedule, type TimerSchedule } from "./timer-schedule.ts";
import type { Binding, FunctionMetadata, LogLine } from "./worker/worker-message.ts";

/** What the host made of the functions that the app registered. */
export interface FunctionApp {
  readonly http: readonly HttpFunction[];
  readonly timers: readonly TimerFunction[];
}

export interface HttpFunction {
  readonly name: string;
  readonly bindingName: string;
  readonly route: RouteTemplate;
  /** Upper case. */
  readonly methods: readonly string[];
  readonly authLevel: "anonymous" | "function" | "admin";
}

export interface TimerFunction {
  readonly name: string;
  readonly bindingName: string;
  readonly schedule: TimerSchedule;
  readonly useMonitor: boolean;
  readonly runOnStartup: boolean;
}

/** A function that is in error is left out with one line of log; all others run. Disabled ones are left out silently. */
export function functionApp(
  functions: readonly FunctionMetadata[],
  settings: AppSettings,
  onLog: (line: LogLine) => void,
): FunctionApp {
  const http: HttpFunction[] = [];
  const timers: TimerFunction[] = [];
  for (const { name, bindings } of functions) {
    if (isDisabled(settings, name)) continue;
    try {
      if (!/^[A-Za-z][\w-]{0,127}$/.test(name)) throw new Error(`'${name}' is not a valid function name.`);
      const trigger = Object.entries(bindings).find(([, binding]) => /trigger$/i.test(binding.type));
      if (trigger === undefined) throw new Error("No trigger binding was found.");
      const [bindingName, binding] = trigger;
      const type = binding.type.toLowerCase();
      if (type === "httptrigger") http.push(httpFunction(name, bindingName, binding));
      else if (type === "timertrigger") timers.push(timerFunction(name, bindingName, binding, settings));
      else throw new Error(`The binding type '${binding.type}' is not known to this host.`);
    } catch (error) {
      const message = `The '${name}' function is in error: ${error instanceof Error ? error.message : String(error)}`;
      onLog({ level: "error", category: "Host.Startup", message });
    }
  }
  http.sort((a, b) => (a.route.precedence < b.route.precedence ? -1 : 1));
  return { http, timers };
}

function httpFunction(name: string, bindingName: string, binding: Binding): HttpFunction {
  const authLevel = (binding.authLevel ?? "function").toLowerCase();
  if (authLevel !== "anonymous" && authLevel !== "function" && authLevel !== "admin") {
    throw new Error(`The authLevel '${authLevel}' is not known.`);
  }
  return {
    name,
    bindingName,
    route: parseRoute(binding.route ?? name),
    methods: (binding.methods ?? []).map((method) => method.toUpperCase()),
    authLevel,
  };
}

function timerFunction(name: string, bindingName: string, binding: Binding, settings: AppSettings): TimerFunction {
  return {
    name,
    bindingName,
    schedule: timerSchedule(resolveSettings(binding.schedule ?? "", settings), settings["WEBSITE_TIME_ZONE"]),
    useMonitor: binding.useMonitor ?? true,
    runOnStartup: binding.runOnStartup ?? false,
  };
}
