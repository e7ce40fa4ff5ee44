/** Gives SECRET_NAME from the environment. */
async function readSecret(): Promise<string> {
  const secret = process.env.SECRET_NAME;
  if (!secret) {
    throw new Error("SECRET_NAME is not set in the environment");
  }
  return secret;
}
