metadata description = 'Virtual network with a subnet that the app goes out through, a subnet for private endpoints, and the DNS zones that lead to them.'

@description('Region of the network.')
param location string

@description('Tags of all resources.')
param tags object

@description('Name of the network.')
@minLength(2)
@maxLength(64)
param name string

@description('Address space, /24 or larger: the subnets are two /26 of it.')
param addressPrefix string

@description('Service that the subnet of the app is given to: Microsoft.App/environments for Flex Consumption, Microsoft.Web/serverFarms for Premium.')
param appDelegation ('Microsoft.App/environments' | 'Microsoft.Web/serverFarms')

@description('DNS zones of the private endpoints.')
param zoneNames string[]

resource network 'Microsoft.Network/virtualNetworks@2025-01-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: [
        addressPrefix
      ]
    }
    // In the network itself: subnets as resources of their own are taken away by the next deployment of the network.
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 26, 0)
          delegations: [
            {
              name: 'app'
              properties: {
                serviceName: appDelegation
              }
            }
          ]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 26, 1)
          privateEndpointNetworkPolicies: 'Disabled'
        }
      }
    ]
  }

  resource appSubnet 'subnets' existing = {
    name: 'app'
  }

  resource endpointSubnet 'subnets' existing = {
    name: 'endpoints'
  }
}

resource zones 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for zone in zoneNames: {
    name: zone
    location: 'global'
    tags: tags
  }
]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (zone, i) in zoneNames: {
    parent: zones[i]
    name: name
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      virtualNetwork: {
        id: network.id
      }
    }
  }
]

@description('Resource id of the subnet that the app goes out through.')
output appSubnetId string = network::appSubnet.id

@description('Resource id of the subnet for private endpoints.')
output endpointSubnetId string = network::endpointSubnet.id
