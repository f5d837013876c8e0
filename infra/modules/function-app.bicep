metadata description = 'The function app on its plan: Flex Consumption, or Elastic Premium.'

@description('Region of the app.')
param location string

@description('Tags of all resources.')
param tags object

@description('Tags that the app has besides: what azd finds it by.')
param appTags object

@description('Name of the app.')
@minLength(2)
@maxLength(60)
param name string

@description('Name of the plan.')
@minLength(1)
@maxLength(60)
param planName string

@description('Plan that the app runs on.')
param hostingPlan ('FlexConsumption' | 'ElasticPremium')

@description('Memory of an instance of Flex Consumption in MB.')
param instanceMemoryMB (512 | 2048 | 4096)

@description('Most instances of Flex Consumption.')
param maximumInstanceCount int

@description('Instances of Flex Consumption that always stand ready for HTTP, besides those of the timers.')
param alwaysReadyHttp int

@description('Size of an instance of Elastic Premium.')
param premiumSku ('EP1' | 'EP2' | 'EP3')

@description('Resource id of the user-assigned identity; empty: system-assigned.')
param userIdentityId string

@description('URL of the container that the package lies in.')
param packagesUrl string

@description('Subnet that the app goes out through; empty: none.')
param subnetId string

@description('False: HTTP and deployments come in by a private endpoint only.')
param publicAccess bool

@description('Workspace that gets logs and metrics.')
param workspaceId string

var flex = hostingPlan == 'FlexConsumption'
var userAssigned = !empty(userIdentityId)

// A timer of five seconds never idles, and timers have been seen to sleep after a deployment where no instance stands
// ready. Functions other than HTTP scale each by itself, under the name function:<name>:
// https://learn.microsoft.com/azure/azure-functions/flex-consumption-how-to#set-always-ready-instance-counts
var alwaysReadyTimers = [
  {
    name: 'function:syncTables'
    instanceCount: 1
  }
  {
    name: 'function:syncModules'
    instanceCount: 1
  }
]
var alwaysReady = alwaysReadyHttp == 0
  ? alwaysReadyTimers
  : concat(alwaysReadyTimers, [
      {
        name: 'http'
        instanceCount: alwaysReadyHttp
      }
    ])

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: flex ? 'functionapp' : 'elastic'
  sku: flex
    ? {
        name: 'FC1'
        tier: 'FlexConsumption'
      }
    : {
        name: premiumSku
        tier: 'ElasticPremium'
        capacity: 1
      }
  properties: flex
    ? {
        reserved: true
      }
    : {
        reserved: true
        // Two instances would do the same work in turn: a second one is for the time that the first one is replaced in.
        maximumElasticWorkerCount: 2
      }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  tags: union(tags, appTags)
  kind: 'functionapp,linux'
  identity: userAssigned
    ? {
        type: 'UserAssigned'
        userAssignedIdentities: {
          '${userIdentityId}': {}
        }
      }
    : {
        type: 'SystemAssigned'
      }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    publicNetworkAccess: publicAccess ? 'Enabled' : 'Disabled'
    keyVaultReferenceIdentity: userAssigned ? userIdentityId : 'SystemAssigned'
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    // Flex Consumption sends everything through its subnet without being asked.
    outboundVnetRouting: flex || empty(subnetId)
      ? null
      : {
          allTraffic: true
        }
    functionAppConfig: flex
      ? {
          runtime: {
            name: 'node'
            version: '22'
          }
          deployment: {
            storage: {
              type: 'blobContainer'
              value: packagesUrl
              authentication: userAssigned
                ? {
                    type: 'UserAssignedIdentity'
                    userAssignedIdentityResourceId: userIdentityId
                  }
                : {
                    type: 'SystemAssignedIdentity'
                  }
            }
          }
          scaleAndConcurrency: {
            instanceMemoryMB: instanceMemoryMB
            maximumInstanceCount: maximumInstanceCount
            alwaysReady: alwaysReady
          }
        }
      : null
    // Flex Consumption takes the runtime from functionAppConfig and refuses, or passes over, most of the rest.
    siteConfig: flex
      ? {
          minTlsVersion: '1.2'
          scmMinTlsVersion: '1.2'
          ftpsState: 'Disabled'
          http20Enabled: true
        }
      : {
          linuxFxVersion: 'NODE|22'
          minTlsVersion: '1.2'
          scmMinTlsVersion: '1.2'
          ftpsState: 'Disabled'
          http20Enabled: true
          healthCheckPath: '/api/live'
          minimumElasticInstanceCount: 1
          preWarmedInstanceCount: 1
        }
  }

  resource noFtpLogin 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: {
      allow: false
    }
  }

  resource noDeploymentLogin 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: {
      allow: false
    }
  }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: app
  properties: {
    workspaceId: workspaceId
    // Lines of functions are in Application Insights already; these are the host's own as well, from before it could send.
    logs: [
      {
        category: 'FunctionAppLogs'
        enabled: true
      }
    ]
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}

@description('Resource id of the app.')
output id string = app.id

@description('Host name that HTTP is answered at.')
output hostName string = app.properties.defaultHostName

@description('Object id of the system-assigned identity; empty where the app has a user-assigned one.')
output systemPrincipalId string = userAssigned ? '' : app.identity.principalId
