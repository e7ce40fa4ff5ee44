import connectVault from "node-vault";

/** Gives SECRET_NAME of secret/SECRET_PROJECT from Vault. */
async function readSecret(): Promise<string> {
  const vault = connectVault(); // takes VAULT_ADDR and VAULT_TOKEN from the environment
  let answer;
  try {
    answer = await vault.read("secret/data/SECRET_PROJECT");
  } catch (error) {
    const status = (error as { response?: { statusCode: number } }).response?.statusCode;
    throw new Error(`secret/SECRET_PROJECT cannot be read from Vault: ${status ?? "no answer"}`);
  }
  const secret = answer.data.data.SECRET_NAME;
  if (!secret) {
    throw new Error("secret/SECRET_PROJECT in Vault has no key SECRET_NAME");
  }
  return secret;
}
