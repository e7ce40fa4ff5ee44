/** Gives the variable SECRET_PATH from Conjur. */
async function readSecret(): Promise<string> {
  const { CONJUR_APPLIANCE_URL, CONJUR_ACCOUNT, CONJUR_AUTHN_LOGIN, CONJUR_AUTHN_API_KEY } = process.env;
  const login = encodeURIComponent(CONJUR_AUTHN_LOGIN ?? "");
  const token = await askConjur(`${CONJUR_APPLIANCE_URL}/authn/${CONJUR_ACCOUNT}/${login}/authenticate`, {
    method: "POST",
    headers: { "Accept-Encoding": "base64" },
    body: CONJUR_AUTHN_API_KEY ?? "",
  });
  const variable = encodeURIComponent("SECRET_PATH");
  return askConjur(`${CONJUR_APPLIANCE_URL}/secrets/${CONJUR_ACCOUNT}/variable/${variable}`, {
    headers: { Authorization: `Token token="${token}"` },
  });
}

async function askConjur(url: string, options: RequestInit): Promise<string> {
  let answer;
  try {
    answer = await fetch(url, options);
  } catch (error) {
    throw new Error(`Conjur cannot be reached: ${(error as Error).message}`);
  }
  if (!answer.ok) {
    throw new Error(`SECRET_PATH cannot be read from Conjur: ${answer.status}`);
  }
  return answer.text();
}
