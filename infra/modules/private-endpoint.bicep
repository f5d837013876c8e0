metadata description = 'Private endpoint of one service, with its DNS records.'

@description('Region of the network.')
param location string

@description('Tags of all resources.')
param tags object

@description('Name of the endpoint.')
@minLength(2)
@maxLength(64)
param name string

@description('Resource id of the subnet that the endpoint gets its address from.')
param subnetId string

@description('Resource id of the service.')
param targetId string

@description('Part of the service, such as blob: https://learn.microsoft.com/azure/private-link/private-endpoint-overview#private-link-resource')
@minLength(3)
param groupId string

@description('DNS zone that leads to the endpoint.')
param zoneName string

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' existing = {
  name: zoneName
}

resource endpoint 'Microsoft.Network/privateEndpoints@2025-01-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    subnet: {
      id: subnetId
    }
    privateLinkServiceConnections: [
      {
        name: name
        properties: {
          privateLinkServiceId: targetId
          groupIds: [
            groupId
          ]
        }
      }
    ]
  }

  resource dns 'privateDnsZoneGroups' = {
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        {
          name: groupId
          properties: {
            privateDnsZoneId: zone.id
          }
        }
      ]
    }
  }
}
