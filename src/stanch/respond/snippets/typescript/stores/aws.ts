import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

/** Gives SECRET_PATH from AWS Secrets Manager. */
async function readSecret(): Promise<string> {
  const client = new SecretsManagerClient();
  try {
    const answer = await client.send(new GetSecretValueCommand({ SecretId: "SECRET_PATH" }));
    return answer.SecretString ?? "";
  } catch (error) {
    throw new Error(`SECRET_PATH cannot be read from AWS Secrets Manager: ${(error as Error).message}`);
  }
}
