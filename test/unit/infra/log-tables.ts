const everyTable = [
  ...["TimeGenerated", "Properties", "OperationName", "OperationId", "ParentId", "SyntheticSource", "SessionId"],
  ...["UserId", "UserAuthenticatedId", "UserAccountId", "AppVersion", "AppRoleName", "AppRoleInstance", "ClientType"],
  ...["ClientModel", "ClientOS", "ClientIP", "ClientCity", "ClientStateOrProvince", "ClientCountryOrRegion"],
  ...["ClientBrowser", "ResourceGUID", "IKey", "SDKVersion", "ItemCount", "SourceSystem", "TenantId", "Type"],
  ...["_ResourceId"],
];

/**
 * Columns of the tables that a workspace-based Application Insights writes:
 * https://learn.microsoft.com/azure/azure-monitor/reference/tables/appmetrics and so on.
 */
export const logTables: Readonly<Record<string, readonly string[]>> = {
  AppMetrics: [...everyTable, "Name", "Sum", "Min", "Max"],
  AppTraces: [...everyTable, "Message", "SeverityLevel", "Measurements", "ReferencedItemId", "ReferencedType"],
  AppDependencies: [
    ...everyTable,
    ...["Id", "Target", "DependencyType", "Name", "Data", "Success", "ResultCode", "DurationMs", "PerformanceBucket"],
    "Measurements",
  ],
  AppRequests: [
    ...everyTable,
    ...["Id", "Source", "Name", "Url", "Success", "ResultCode", "DurationMs", "PerformanceBucket", "Measurements"],
  ],
  AppExceptions: [
    ...everyTable,
    ...["ProblemId", "HandledAt", "ExceptionType", "Assembly", "Method", "OuterType", "OuterMessage", "OuterAssembly"],
    ...["OuterMethod", "InnermostType", "InnermostMessage", "InnermostAssembly", "InnermostMethod", "Details"],
    ...["SeverityLevel", "Measurements"],
  ],
};
