metadata description = 'Lets an identity into the Redis database.'

@description('Name of Redis.')
@minLength(1)
@maxLength(60)
param redisName string

@description('Name of the identity: the assignment is named after it.')
@minLength(1)
param identityName string

@description('Object id of the identity.')
@minLength(36)
@maxLength(36)
param principalId string

resource redis 'Microsoft.Cache/redisEnterprise@2025-07-01' existing = {
  name: redisName

  resource database 'databases' existing = {
    name: 'default'
  }
}

// The only policy there is: https://learn.microsoft.com/azure/redis/entra-for-authentication
resource access 'Microsoft.Cache/redisEnterprise/databases/accessPolicyAssignments@2025-07-01' = {
  parent: redis::database
  name: 'app${uniqueString(identityName)}'
  properties: {
    accessPolicyName: 'default'
    user: {
      objectId: principalId
    }
  }
}
