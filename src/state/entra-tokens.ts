import type { TokenSource } from "./entra-login.ts";

/**
 * Tokens for the identity of this process: in Azure its managed identity, elsewhere what environment variables or the
 * Azure CLI offer. Loaded at the first use: nothing else needs that much code.
 * @param clientId of a user-assigned managed identity
 */
export async function entraTokens(clientId: string | undefined): Promise<TokenSource> {
  const { DefaultAzureCredential } = await import("@azure/identity");
  return new DefaultAzureCredential(clientId === undefined ? {} : { managedIdentityClientId: clientId });
}
