import { columnKeyViews } from "./column-key-views.ts";
import { columnViews } from "./column-views.ts";
import { constraintViews } from "./constraint-views.ts";
import { databaseViews } from "./database-views.ts";
import { indexViews } from "./index-views.ts";
import { informationSchemaViews } from "./information-schema-views.ts";
import { moduleViews } from "./module-views.ts";
import { objectViews } from "./object-views.ts";
import { principalViews } from "./principal-views.ts";
import { sessionViews } from "./session-views.ts";
import type { SystemView } from "./system-view.ts";
import { isServerView } from "./system-view-names.ts";
import { trackingViews } from "./tracking-views.ts";
import { typeViews } from "./type-views.ts";
import { Unsupported } from "../values/sql-error.ts";

const VIEWS: readonly SystemView[] = [
  ...objectViews,
  ...columnViews,
  ...typeViews,
  ...columnKeyViews,
  ...indexViews,
  ...constraintViews,
  ...moduleViews,
  ...databaseViews,
  ...trackingViews,
  ...sessionViews,
  ...principalViews,
  ...informationSchemaViews,
].map((view, at) => ({ ...view, objectId: -(at + 101) }));

const BY_NAME = new Map(VIEWS.map((view) => [`${view.schema}.${view.name}`.toLowerCase(), view]));
const BY_ID = new Map(VIEWS.map((view) => [view.objectId, view]));

/**
 * A system view by schema and name, in any case.
 * @returns undefined when the server has no such view (208)
 * @throws Unsupported when the server has it and the emulator does not
 */
export function findSystemView(schema: string, name: string): SystemView | undefined {
  const view = BY_NAME.get(`${schema}.${name}`.toLowerCase());
  if (view === undefined && isServerView(schema, name)) throw new Unsupported(`view ${schema}.${name}`);
  return view;
}

/** By its (negative) object id: OBJECT_NAME of what OBJECT_ID('sys.objects') gave. */
export function systemViewById(objectId: number): SystemView | undefined {
  return BY_ID.get(objectId);
}
