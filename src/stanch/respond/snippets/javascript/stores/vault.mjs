import connectVault from "node-vault";

/** Gives the value of secret/SECRET_PATH from Vault. */
async function readSecret() {
  const vault = connectVault(); // takes VAULT_ADDR and VAULT_TOKEN from the environment
  let answer;
  try {
    answer = await vault.read("secret/data/SECRET_PATH");
  } catch (error) {
    const status = error.response?.statusCode ?? error.code;
    throw new Error(`secret/SECRET_PATH cannot be read from Vault: ${status}`);
  }
  const secret = answer.data.data.value;
  if (!secret) {
    throw new Error("secret/SECRET_PATH in Vault has no key value");
  }
  return secret;
}
