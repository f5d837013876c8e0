import type { ClrTypeName } from "./sql-type.ts";

/** The assembly of the server's own CLR types, the same since 2012. */
export const CLR_ASSEMBLY = "Microsoft.SqlServer.Types";

const IDENTITY = "Version=11.0.0.0, Culture=neutral, PublicKeyToken=89845dcd8080cc91";

const NAMES: Readonly<Record<ClrTypeName, string>> = {
  hierarchyid: "SqlHierarchyId",
  geometry: "SqlGeometry",
  geography: "SqlGeography",
};

/** The class behind a type, with its name space. */
export function clrClass(type: ClrTypeName): string {
  return `${CLR_ASSEMBLY}.${NAMES[type]}`;
}

/** The class with its assembly's full name: what COLMETADATA and dm_exec_describe_first_result_set tell. */
export function assemblyQualifiedName(type: ClrTypeName): string {
  return `${clrClass(type)}, ${CLR_ASSEMBLY}, ${IDENTITY}`;
}
